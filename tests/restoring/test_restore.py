"""What was predicted on a prepared image comes back to where it was scanned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from restoring_scans import RECIPE, ball, dice, predict, scan, sphere_on
from scan2train import Labels, Volume, WrongUse, index, prepare, read, restore, write
from scan2train.cli.app import app
from scan2train.errors import CasesFailed, GridMismatch
from scan2train.grid import Grid
from scan2train.recipe import Recipe
from scan2train.testing.dicom_series import write_dicom_series


def prepared(tmp_path: Path, *tilts: float) -> Path:
    for number, tilt in enumerate(tilts or (0.0,)):
        write_dicom_series(scan(tilt), tmp_path / f"hospital/p{number}", patient=f"P{number}")
    prepare(index(tmp_path / "hospital", cache=False), RECIPE, tmp_path / "ready", jobs=1)
    return tmp_path / "ready"


@pytest.mark.parametrize("tilt", [0.0, 17.0])
def test_a_mask_comes_back_onto_the_grid_of_its_source(tmp_path, tilt):
    ready = prepared(tmp_path, tilt)
    ((case, centre),) = predict(ready, tmp_path / "predicted").items()
    made = restore(ready, tmp_path / "predicted", tmp_path / "back")
    assert set(made.files) == {case}
    source, back = read(tmp_path / "hospital/p0"), read(made.files[case], as_labels=True)
    assert back.grid.distance_in_voxels(source.grid) < 1e-4
    assert dice(back.array > 0, sphere_on(source.grid, centre, 7.0)) > 0.96
    assert set(np.unique(back.array)) == {0, 1, 2}


def test_a_mask_on_what_was_made_straight_comes_back_onto_the_tilted_slices(tmp_path):
    write_dicom_series(scan(17.0), tmp_path / "hospital/p0")
    recipe = Recipe.load("ct-brain")
    prepare(index(tmp_path / "hospital", cache=False), recipe, tmp_path / "ready", jobs=1)
    ((case, centre),) = predict(tmp_path / "ready", tmp_path / "predicted").items()
    assert read(tmp_path / "ready/cases" / case / "image.nii.gz").grid.shear < 1e-6
    made = restore(tmp_path / "ready", tmp_path / "predicted", tmp_path / "back")
    source, back = read(tmp_path / "hospital/p0"), read(made.files[case], as_labels=True)
    assert back.grid.distance_in_voxels(source.grid) < 1e-4
    assert dice(back.array > 0, sphere_on(source.grid, centre, 7.0)) > 0.96


def test_what_was_turned_only_comes_back_voxel_for_voxel(tmp_path):
    write_dicom_series(scan(), tmp_path / "hospital")
    recipe = Recipe.from_toml('[[step]]\ndo = "reorient"\nto = "ASR"\n')
    prepare(index(tmp_path / "hospital", cache=False), recipe, tmp_path / "ready", jobs=1)
    source = read(tmp_path / "hospital")
    mask = Labels(array=(source.array > 100).astype(np.uint8), grid=source.grid)
    turned, _ = recipe.run(mask)
    (case,) = (path.name for path in (tmp_path / "ready/cases").iterdir())
    made = restore(tmp_path / "ready", {case: turned}, tmp_path / "back")
    assert np.array_equal(read(made.files[case]).array, mask.array)


def test_probabilities_are_interpolated_and_not_taken_for_labels(tmp_path):
    ready = prepared(tmp_path)
    (case,) = (path.name for path in (ready / "cases").iterdir())
    image = read(ready / "cases" / case / "image.nii.gz")
    ramp = np.linspace(0, 1, image.grid.shape[0], dtype=np.float32)[:, None, None]
    given = Volume(array=np.broadcast_to(ramp, image.grid.shape), grid=image.grid)
    made = restore(ready, {case: given}, tmp_path / "back")
    back = read(made.files[case])
    assert back.array.dtype == np.float32
    assert len(np.unique(back.array)) > 20


def test_names_of_labels_travel_with_the_command_line(tmp_path):
    ready = prepared(tmp_path, 0.0, 9.0)
    predict(ready, tmp_path / "predicted")
    (tmp_path / "predicted/stranger.nii.gz").write_bytes(
        next((tmp_path / "predicted").iterdir()).read_bytes()
    )
    done = CliRunner().invoke(
        app, ["restore", str(ready), str(tmp_path / "predicted"), "-o", str(tmp_path / "back")]
    )
    assert done.exit_code == 0, done.output
    assert len(list((tmp_path / "back").iterdir())) == 2
    assert "stranger.nii.gz" in done.stderr


def test_a_prediction_on_another_grid_fails_alone(tmp_path):
    ready = prepared(tmp_path, 0.0, 9.0)
    predict(ready, tmp_path / "predicted")
    wrong, right = sorted((tmp_path / "predicted").iterdir())
    write(ball(Grid((9, 8, 7), np.diag([2.0, 2, 3, 1]))), wrong)
    made = restore(ready, tmp_path / "predicted", tmp_path / "back")
    assert set(made.files) == {right.name.removesuffix(".nii.gz")}
    (error,) = made.failed.values()
    assert isinstance(error, GridMismatch)
    with pytest.raises(CasesFailed):
        made.raise_for_failures()
    right.unlink()
    made = restore(ready, tmp_path / "predicted", tmp_path / "again")
    assert made.without == (right.name.removesuffix(".nii.gz"),)


def test_what_cannot_be_meant_is_said(tmp_path):
    ready = prepared(tmp_path)
    predict(ready, tmp_path / "predicted")
    with pytest.raises(WrongUse, match="no prepared set"):
        restore(tmp_path / "hospital", tmp_path / "predicted", tmp_path / "back")
    with pytest.raises(WrongUse, match="into a source"):
        restore(ready, tmp_path / "predicted", tmp_path / "hospital/p0/back")
    with pytest.raises(WrongUse, match="cannot restore as"):
        restore(ready, tmp_path / "predicted", tmp_path / "back", form="sge")
    (tmp_path / "empty").mkdir()
    with pytest.raises(WrongUse, match="no prediction"):
        restore(ready, tmp_path / "empty", tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_arrays_are_taken_for_what_lies_on_the_prepared_grid(tmp_path):
    ready = prepared(tmp_path)
    (case,) = (path.name for path in (ready / "cases").iterdir())
    mask = ball(read(ready / "cases" / case / "image.nii.gz").grid)
    as_array = restore(ready, {case: mask.array}, tmp_path / "array").files[case]
    as_labels = restore(ready, {case: mask}, tmp_path / "labels").files[case]
    assert np.array_equal(read(as_array).array, read(as_labels).array)
    made = restore(ready, {case: mask.array[1:]}, tmp_path / "cut")
    assert isinstance(made.failed[case], GridMismatch)
