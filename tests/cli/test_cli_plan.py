"""The plan as it is printed, to the letter where the machine does not matter, and as JSON."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from typer.testing import CliRunner

from scan2train.cli.app import app
from scan2train.formats import nifti
from scan2train.grid import Grid
from scan2train.volume import Labels, Volume

PLAN = """\
case      before                   after                      voxels  memory    state
--------
large     60×50×20, 0.4×0.4×5 mm   up to 24×20×100, 1×1×1 mm  0.2 MB  220.6 MB  planned
volume-2  20×16×12, 0.8×0.7×2.5 mm up to 16×11×30, 1×1×1 mm   0.0 MB  220.3 MB  planned

2 cases, 0.2 MB of voxels before compression
  disk    about 0.1 MB; FREE are free
  memory  about 220.6 MB for the largest case; FREE are free
  time    about TIME on this machine, as busy as it is now
  where the recipe crops by what it sees, all this is the most that it can be
detail: 1 case goes from 0.4 to 1 mm along i: details below 2 mm are lost, and the source resolves 0.8 mm
detail: 1 case goes from 0.4 to 1 mm along j: details below 2 mm are lost, and the source resolves 0.8 mm
detail: 1 case goes from 5 to 1 mm along k: up to 80% of the slices are interpolated and hold nothing that was scanned
labels: label 2 vanishes in 1 of 1 cases (volume-2)
labels: 1 of 2 pieces of labels are narrower than two new voxels along an axis (volume-2)
  1 left out: labels
"""


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plan") / "scans"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name, shape, spacing in (
        ("volume-2", (20, 16, 12), (0.8, 0.7, 2.5)),
        ("large", (60, 50, 20), (0.4, 0.4, 5.0)),
    ):
        grid = Grid.from_axes(shape, spacing_mm=spacing)
        values = rng.integers(-1000, 500, shape).astype(np.int16)
        nifti.write(Volume(array=values, grid=grid), folder / f"{name}.nii")
    mask = np.zeros((20, 16, 12), np.uint8)
    mask[4:12, 3:12, 2:8] = 1
    mask[16, 13, 10] = 2
    grid = Grid.from_axes(mask.shape, spacing_mm=(0.8, 0.7, 2.5))
    nifti.write(Labels(array=mask, grid=grid), folder / "segmentation-2.nii")
    return folder


def run(scans, *words):
    words = ("prepare", scans, "-o", scans.parent / "out", "--recipe", "ct-lung", "--no-cache", *words)
    return CliRunner().invoke(app, [str(word) for word in (*words, "--dry-run")])


def told(text):
    """Without what differs from machine to machine, and the widths of columns."""
    text = re.sub(r"[\d.]+ [GM]B are free", "FREE are free", text)
    text = re.sub(r"about [\d.]+ (seconds|minutes) on", "about TIME on", text)
    return [line.split() for line in text.splitlines()]


def test_the_plan_as_text(scans):
    done = run(scans, "--jobs", 1)
    assert done.exit_code == 0, done.stderr
    expected = [line.split() for line in PLAN.splitlines() if not line.startswith("---")]
    assert told(done.stdout) == expected
    assert not (scans.parent / "out").exists()
    without = run(scans, "--jobs", 1, "--no-check-labels")
    assert told(without.stdout) == [line for line in expected if line[:1] != ["labels:"]]


def test_the_plan_as_json(scans):
    plan = json.loads(run(scans, "--jobs", 1, "--format", "json").stdout)["plan"]
    assert {one["case"]: [one["size_i"], one["size_j"], one["size_k"]] for one in plan["cases"]} == {
        "large": [24, 20, 100],
        "volume-2": [16, 11, 30],
    }
    assert {one["value"]: one["trouble"] for one in plan["labels"]} == {1: "", 2: "vanishes"}
    assert plan["n_bytes"] == 4 * 24 * 20 * 100 + 5 * 16 * 11 * 30
