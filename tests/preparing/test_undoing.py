"""What an account says of the way back leads back."""

from __future__ import annotations

import json

import numpy as np
from hospital import run, write_image

from scan2train import Recipe, read, restore
from scan2train.grid import Grid
from scan2train.preparing.undoing import how_to_undo

#: Nothing is interpolated, so that what is not lost comes back as it was.
RECIPE = Recipe.from_toml(
    """
    [[step]]
    do = "reorient"
    to = "LSA"
    [[step]]
    do = "crop"
    start = [2, 1, 3]
    size = [10, 9, 12]
    [[step]]
    do = "clip"
    low = -800
    high = 1100
    [[step]]
    do = "rescale"
    to = [0.0, 1.0]
    """
)


def test_an_account_s_undo_gives_back_what_was_not_clipped_or_cut(tmp_path):
    write_image(tmp_path / "hospital/volume-2.nii", seed=2)
    run(tmp_path / "hospital", tmp_path / "ready", recipe=RECIPE)
    folder = tmp_path / "ready/cases/volume-2"
    undo = json.loads((folder / "account.json").read_text())["undo"]
    assert [step["do"] for step in undo["step"]] == ["linear", "to_grid"]
    assert undo["lost"] == ["clip"]
    back, _ = Recipe.from_json({"step": undo["step"]}).run(read(folder / "image.nii.gz"))
    was = read(tmp_path / "hospital/volume-2.nii")
    assert back.grid == was.grid
    kept = back.valid & (was.array > -800) & (was.array < 1100)
    assert kept.sum() > 500
    assert np.allclose(back.array[kept], was.array[kept], atol=1e-3)
    # Restoring goes the last of these steps alone.
    mask = np.ones(read(folder / "image.nii.gz").grid.shape, np.uint8)
    made = restore(tmp_path / "ready", {"volume-2": mask}, tmp_path / "back")
    restored = read(made.files["volume-2"])
    assert restored.grid.distance_in_voxels(was.grid) < 1e-3
    assert np.array_equal(restored.array > 0, back.valid)


def test_nothing_before_a_step_that_bends_values_comes_back():
    recipe = Recipe.from_toml(
        """
        [[step]]
        do = "linear"
        scale = 2.0
        [[step]]
        do = "window"
        center = 40
        width = 400
        function = "SIGMOID"
        [[step]]
        do = "linear"
        shift = 3.0
        """
    )
    told = how_to_undo(recipe, Grid.from_axes((3, 4, 5)))
    assert told["lost"] == ["window"]
    assert [step["do"] for step in told["step"]] == ["linear", "to_grid"]
    assert told["step"][0]["shift"] == -3.0
