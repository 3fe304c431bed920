"""Two sets or two images side by side: what differs is said, and where nothing does, nothing."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "preparing"))

from hospital import RECIPE, grid_of, run, write_image, write_labels
from typer.testing import CliRunner

from scan2train import Grid, Labels, Recipe, Volume, WrongUse, diff, read, write
from scan2train.cli.app import app
from scan2train.recipe.steps_apart import steps_apart
from scan2train.steps.reorient import Reorient


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two pairs, prepared; and again at another spacing without the last step."""
    folder = tmp_path_factory.mktemp("diff")
    for number in (2, 3):
        write_image(folder / f"hospital/volume-{number}.nii", (16, 23, 11), seed=number)
        write_labels(folder / f"hospital/segmentation-{number}.nii", (16, 23, 11), seed=number)
    coarse = Recipe.from_json(
        {"step": [*RECIPE.to_json()["step"][:1], {"do": "resample", "spacing_mm": [1.2, 1.3, 1.7]}]}
    )
    run(folder / "hospital", folder / "ready")
    run(folder / "hospital", folder / "coarse", recipe=replace(coarse, name="coarse"))
    return folder


def image(seed=0, shape=(9, 11, 7)):
    values = np.random.default_rng(seed).integers(-1000, 1000, shape).astype(np.int16)
    return Volume(array=values, grid=grid_of(shape), unit="HU")


def wrote(volume, path):
    write(volume, path)
    return path


def compared(tmp_path, one, other, **more):
    return diff(wrote(one, tmp_path / "a.nii.gz"), wrote(other, tmp_path / "b.nii.gz"), **more)


def test_a_set_is_the_same_as_its_copy(made, tmp_path):
    shutil.copytree(made / "ready", tmp_path / "copy")
    found = diff(made / "ready", tmp_path / "copy")
    assert found.same
    assert [case.image.differ for case in found.cases] == [0, 0]


def test_steps_grids_and_voxels_of_another_recipe(made):
    found = diff(made / "ready", made / "coarse")
    assert not found.same
    assert {point.what for point in found.recipe} == {"recipe name", "recipe fingerprint"}
    points = {point.what: (point.first, point.second) for point in found.cases[0].points}
    assert points["step 2 resample: spacing_mm"] == ("[1.1, 1.3, 1.7]", "[1.2, 1.3, 1.7]")
    assert points["step 3 of A"] == ("clip (low -1000.0, high 400.0)", "")
    assert points["step 4 of A"][0].startswith("rescale (")
    assert "grid after" in points
    assert "grid before" not in points
    assert found.cases[0].image.largest > 400
    assert set(found.cases[0].labels.dice) == {1, 2}


def test_cases_are_matched_by_name_and_else_by_volume(made, tmp_path):
    shutil.copytree(made / "hospital", tmp_path / "hospital")
    (tmp_path / "hospital/volume-3.nii").rename(tmp_path / "hospital/volume-9.nii")
    (tmp_path / "hospital/segmentation-3.nii").rename(tmp_path / "hospital/segmentation-9.nii")
    write_image(tmp_path / "hospital/volume-1.nii", seed=1)
    run(tmp_path / "hospital", tmp_path / "ready")
    found = diff(made / "ready", tmp_path / "ready")
    assert (found.first_only, found.second_only) == ((), ("volume-1",))
    (renamed,) = found.differing
    assert (renamed.first, renamed.second) == ("volume-3", "volume-9")
    assert renamed.points[0].what == "name"
    # The seed of a case follows from its name.
    assert {point.what for point in renamed.points} == {"name", "seed"}
    assert diff(tmp_path / "ready", made / "ready").first_only == ("volume-1",)


def test_another_source_is_told_by_its_file(made, tmp_path):
    shutil.copytree(made / "hospital", tmp_path / "hospital")
    write_labels(tmp_path / "hospital/segmentation-2.nii", (16, 23, 11), seed=44)
    run(tmp_path / "hospital", tmp_path / "ready")
    (case,) = diff(made / "ready", tmp_path / "ready").differing
    assert [point.what for point in case.points] == ["labels segmentation-2.nii"]
    assert case.image.differ == 0
    assert case.labels.differ > 0
    assert 0 < case.labels.dice[1] < 0.6
    assert diff(made / "ready", tmp_path / "ready", voxels=False).differing[0].labels is None


def test_one_voxel_is_found_where_it_is(tmp_path):
    one = image()
    values = one.array.copy()
    values[2, 5, 4] += 50
    values[3, 5, 4] += 2
    other = one.replace(array=values)
    apart = compared(tmp_path, one, other).cases[0].image
    assert (apart.voxels, apart.differ, apart.largest) == (9 * 11 * 7, 2, 50)
    assert apart.mean == pytest.approx(52 / apart.voxels)
    assert apart.largest_at_mm == pytest.approx(one.grid.to_world((2, 5, 4)).tolist())
    assert compared(tmp_path, one, other, tolerance=2).cases[0].image.differ == 1
    assert compared(tmp_path, one, other, tolerance=50).same
    assert compared(tmp_path, one, other, share=2 / apart.voxels).same
    assert not compared(tmp_path, one, other, share=1 / apart.voxels).same


def test_voxels_are_compared_in_the_world(tmp_path):
    one = image()
    turned = Reorient(to="LSA")(one)
    assert turned.array.shape != one.array.shape
    found = compared(tmp_path, one, turned)
    assert found.cases[0].image.differ == 0
    assert not found.same
    assert compared(tmp_path, one, turned, grids=False).same


def test_what_only_one_covers_is_counted_on_its_own_grid(tmp_path):
    one = image()
    part = Volume(array=one.array[2:], grid=Grid((7, 11, 7), one.grid.affine @ _shift(2)), unit="HU")
    apart = compared(tmp_path, one, part, grids=False).cases[0].image
    assert (apart.voxels, apart.differ) == (7 * 11 * 7, 0)
    assert (apart.only_first, apart.only_second) == (2 * 11 * 7, 0)
    assert not compared(tmp_path, one, part, grids=False).same
    back = compared(tmp_path, part, one, grids=False).cases[0].image
    assert (back.only_first, back.only_second) == (0, 2 * 11 * 7)


def _shift(*voxels):
    shift = np.eye(4)
    shift[: len(voxels), 3] = voxels
    return shift


def test_a_straight_line_is_the_same_at_another_spacing(tmp_path):
    """Linear interpolation of a ramp is exact, so that nothing but rounding may be left inside."""

    def ramp(shape, spacing):
        grid = Grid.from_axes(shape, spacing_mm=spacing, origin_mm=(-10, 5, 3))
        points = grid.to_world(np.moveaxis(np.indices(shape), 0, -1))
        return Volume(array=(points @ [3.0, -2.0, 1.5]).astype(np.float32), grid=grid)

    one, other = ramp((20, 18, 16), (0.9, 1.0, 1.1)), ramp((40, 30, 25), (0.5, 0.7, 0.8))
    apart = compared(tmp_path, one, other, tolerance=1e-3).cases[0].image
    # Half a voxel beyond the centres the outermost value is held: only the outermost shell may differ.
    assert apart.share < 0.2
    inner = one.replace(
        array=one.array[1:-1, 1:-1, 1:-1], grid=Grid((18, 16, 14), one.grid.affine @ _shift(1, 1, 1))
    )
    assert compared(tmp_path, inner, other, tolerance=1e-3).cases[0].image.differ == 0


def test_no_number_is_itself_and_like_no_other(tmp_path):
    values = image().array.astype(np.float32)
    one = image().replace(array=np.where(np.arange(9)[:, None, None] < 2, np.nan, values))
    assert compared(tmp_path, one, one).same
    apart = compared(tmp_path, one, one.replace(array=values)).cases[0].image
    assert apart.differ == 2 * 11 * 7
    assert apart.no_number == 2 * 11 * 7
    assert apart.largest == 0
    json.dumps(apart.to_json(), allow_nan=False)


def test_masks_are_compared_label_by_label(tmp_path):
    values = np.zeros((9, 11, 7), np.uint8)
    values[1:5, 2:6, 1:4], values[6:8, 2:6, 1:4] = 1, 2
    other = values.copy()
    other[1, 2:6, 1:4] = 0
    masks = [Labels(array=one, grid=grid_of((9, 11, 7))) for one in (values, other)]
    apart = compared(tmp_path, *masks, labels=True).cases[0].labels
    assert apart.dice == {1: pytest.approx(2 * 36 / (48 + 36)), 2: 1.0}
    assert apart.differ == 12
    assert apart.largest is None


@pytest.mark.parametrize("shift", [0.0, 0.25])
def test_labels_that_only_one_covers_are_no_difference(tmp_path, shift):
    """A crop, and one whose voxels lie between the others'."""
    values = np.zeros((9, 11, 7), np.uint8)
    values[1:8, 2:9, 1:6] = 1
    one = Labels(array=values, grid=grid_of((9, 11, 7)))
    part = Labels(array=values[4:], grid=Grid((5, 11, 7), one.grid.affine @ _shift(4 + shift)))
    for first, second, outside in ((one, part, "only_first"), (part, one, "only_second")):
        apart = compared(tmp_path, first, second, labels=True, grids=False).cases[0].labels
        assert apart.voxels == 5 * 11 * 7
        assert getattr(apart, outside) == 4 * 11 * 7
        assert apart.differ == 0
        assert apart.dice == {1: 1.0}


def test_another_name_of_a_label_is_a_difference(made, tmp_path):
    shutil.copytree(made / "ready", tmp_path / "copy")
    account = tmp_path / "copy/cases/volume-2/account.json"
    told = json.loads(account.read_text())
    told["labels"]["names"] = {"1": "liver"}
    account.write_text(json.dumps(told))
    (case,) = diff(made / "ready", tmp_path / "copy").differing
    assert [str(point) for point in case.points] == ["name of label 1: nothing → liver"]


def test_names_of_masks_are_compared_where_both_have_one(tmp_path):
    values = (np.arange(9 * 11 * 7).reshape(9, 11, 7) % 3).astype(np.uint8)
    one, other, bare = (
        Labels(array=values, grid=grid_of((9, 11, 7)), names=names)
        for names in ({1: "liver", 2: "spleen"}, {1: "spleen", 2: "spleen"}, {})
    )
    paths = [wrote(mask, tmp_path / f"{n}.nrrd") for n, mask in enumerate((one, other, bare))]
    found = diff(paths[0], paths[1], labels=True)
    assert [point.what for point in found.cases[0].points] == ["name of label 1"]
    assert diff(paths[0], paths[2], labels=True).same


def test_steps_are_told_apart_by_word_and_order():
    one = [{"do": "reorient", "to": "LPS"}, {"do": "clip", "low": 0, "high": 1}]
    other = [{"do": "reorient", "to": "RAS"}, {"do": "flip", "axes": [0]}, {"do": "clip", "low": 0}]
    assert [str(point) for point in steps_apart(one, other)] == [
        "step 1 reorient: to: LPS → RAS",
        "step 2 of B: nothing → flip (axes [0])",
        "step 2 clip: high: 1 → nothing",
    ]


def test_a_voxel_that_was_changed_afterwards_is_seen_though_the_accounts_agree(made, tmp_path):
    shutil.copytree(made / "ready", tmp_path / "copy")
    file = tmp_path / "copy/cases/volume-2/image.nii.gz"
    volume = read(file)
    array = volume.array.copy()
    array[1, 2, 3] += 0.25
    write(volume.replace(array=array), file)
    found = diff(made / "ready", tmp_path / "copy")
    assert [case.image.differ for case in found.cases] == [1, 0]


def test_a_path_that_is_not_there_is_named(made, tmp_path):
    with pytest.raises(WrongUse, match="no such file or folder"):
        diff(made / "ready", tmp_path / "raedy")


def test_a_set_and_an_image_cannot_be_compared(made, tmp_path):
    with pytest.raises(WrongUse, match="something else"):
        diff(made / "ready", made / "ready/cases/volume-2/image.nii.gz")
    with pytest.raises(WrongUse, match="tolerance"):
        diff(made / "ready", made / "ready", tolerance=-1)
    grey = wrote(image(), tmp_path / "a.nrrd")
    colour = wrote(image().replace(array=np.zeros((9, 11, 7, 3), np.uint8)), tmp_path / "b.nrrd")
    with pytest.raises(WrongUse, match="channels"):
        diff(grey, colour)


def test_the_command_tells_and_ends_with_its_code(made):
    invoke = CliRunner().invoke
    same = invoke(app, ["diff", str(made / "ready"), str(made / "ready")])
    assert (same.exit_code, same.stdout) == (0, "2 cases are the same\n")
    other = invoke(app, ["diff", str(made / "ready"), str(made / "coarse")])
    assert other.exit_code == 1
    assert "  step 2 resample: spacing_mm: [1.1, 1.3, 1.7] → [1.2, 1.3, 1.7]" in other.stdout
    assert "voxels differ, at most by" in other.stdout
    assert "2 of 2 cases differ" in other.stdout
    told = json.loads(
        invoke(app, ["diff", str(made / "ready"), str(made / "coarse"), "--format", "json"]).stdout
    )
    assert not told["same"]
    assert set(told["cases"][0]) == {"first", "second", "points", "image", "labels", "same"}
    assert 0 < told["cases"][0]["image"]["share"] <= 1
