"""A real chest CT, prepared, with a mask drawn on what came out, and back on the scanner's own slices."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from restoring_scans import ball, dice, sphere_on
from scan2train import Recipe, prepare, read, replay, restore, verify


@pytest.mark.slow
def test_a_drawn_mask_becomes_a_segmentation_of_the_source(real_data, tmp_path):
    source, out = real_data / "ct_chest_lidc0314" / "dicom", tmp_path / "ready"
    (case,) = prepare(source, "ct-lung", out, jobs=1).cases["case"]
    assert verify(out, sources=True).same
    replay(out, tmp_path / "again", jobs=2).raise_for_changes()
    after = read(out / "cases" / case / "image.nii.gz").grid
    mask = ball(after, radius_mm=40)
    centre = after.to_world((np.array(after.shape) - 1) / 2)
    written = restore(out, {case: mask}, tmp_path / "back", form="seg").files[case]
    scan = read(source)
    back = read(written, as_labels=True, reference=source)
    assert back.grid == scan.grid
    assert dict(back.names) == {1: "shell", 2: "core"}
    assert dice(back.array > 0, sphere_on(scan.grid, centre, 40)) > 0.99
    assert dice(back.array == 2, sphere_on(scan.grid, centre, 20)) > 0.985
    # The account's own way back ends on the same grid.
    undo = json.loads((out / "cases" / case / "account.json").read_text())["undo"]
    assert undo["lost"] == ["clip"]
    here, _, _ = Recipe.from_json({"step": undo["step"][-1:]}).run_pair(mask, mask)
    assert here.grid == scan.grid
    assert np.array_equal(here.array, back.array)
