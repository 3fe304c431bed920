"""Postprocessing: what is removed and filled, in mm and by connectivity; rules chosen by what they gain."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage
from typer.testing import CliRunner

import scan2train as s2t
from scan2train.cli.app import app
from scan2train.errors import GeometryError, NoImages, OutputInUse, UnreadableFile, WrongUse
from scan2train.grid import Grid
from scan2train.measures.closed_mask import closed_mask
from scan2train.measures.enclosed_holes import enclosed_holes
from scan2train.tools.postprocess.rules import Rule, Rules, Size
from scan2train.volume import Labels

SPACING = (0.8, 1.25, 2.0)  # a voxel has 2 mm³
SHAPE = (25, 20, 15)


def mask(*boxes, affine=None, names=None):
    """Labels of boxes: a value, and first and last index along each axis."""
    array = np.zeros(SHAPE, np.uint8, order="F")
    for value, (a, b), (c, d), (e, f) in boxes:
        array[a : b + 1, c : d + 1, e : f + 1] = value
    grid = Grid(SHAPE, np.diag([-SPACING[0], SPACING[1], SPACING[2], 1]) if affine is None else affine)
    return Labels(array=array, grid=grid, names=names or {})


LARGE = (1, (2, 9), (2, 9), (2, 9))  # 512 voxels, 1.024 ml
SMALL = (1, (12, 15), (12, 14), (10, 11))  # 24 voxels, 0.048 ml
DOT = (1, (20, 20), (1, 1), (1, 1))
OTHER = (2, (18, 22), (14, 18), (3, 6))  # 100 voxels


def clean(labels, **rules):
    done = s2t.postprocess(labels, rules=rules)
    return done.labels.array, {one.label: one for one in done.cases["mask"]}


@pytest.mark.parametrize(
    ("size", "left"),
    [(2, 536), ("24 voxels", 536), ("25 voxels", 512), ("0.048 ml", 536), ("0.0481ml", 512), ("2 ml", 0)],
)
def test_components_below_a_least_size_go(size, left):
    array, told = clean(mask(LARGE, SMALL, DOT, OTHER), min_size=size, connectivity=6)
    assert (array == 1).sum() == left == told[1].after
    assert told[1].before - left == told[1].removed
    assert told[1].ml(told[1].removed) == pytest.approx(told[1].removed * 0.002)
    assert (array == 2).sum() == (100 if size != "2 ml" else 0)


def test_the_largest_component_stays_of_each_label():
    array, told = clean(mask(LARGE, SMALL, DOT, OTHER, (2, (0, 1), (0, 1), (0, 0))), largest=True)
    assert ((array == 1).sum(), (array == 2).sum()) == (512, 100)
    assert (told[1].components, told[1].removed_components, told[2].removed) == (3, 2, 4)


@pytest.mark.parametrize(("connectivity", "left"), [(6, 8), (18, 16), (26, 24)])
def test_connectivity_is_what_was_asked_for(connectivity, left):
    boxes = [(1, (3, 4), (3, 4), (3, 4)), (1, (5, 6), (5, 6), (3, 4)), (1, (7, 8), (7, 8), (5, 6))]
    array, _ = clean(mask(*boxes), largest=True, connectivity=connectivity)
    assert (array == 1).sum() == left


def test_rules_of_labels_stand_before_those_of_all():
    labels = mask(LARGE, SMALL, OTHER, (2, (0, 1), (0, 1), (0, 0)))
    done = s2t.postprocess(
        labels, rules={"largest": True, "label": [{"value": 2, "largest": False, "min_size": 5}]}
    )
    one, two = done.cases["mask"]
    assert (one.removed, two.removed) == (24, 4)
    assert done.rules.of(2) == Rule(min_size=Size(voxels=5))


def test_holes_are_filled_where_there_is_background():
    hollow = [LARGE, (0, (4, 6), (4, 6), (4, 6)), (2, (5, 5), (5, 5), (5, 5)), (0, (8, 9), (3, 3), (3, 3))]
    array, told = clean(mask(*hollow), fill_holes=True)
    assert told[1].filled == 26
    assert array[5, 5, 5] == 2
    assert not array[8:10, 3, 3].any()  # it leads out
    assert told[2].filled == 0


def test_a_hole_that_opens_at_the_border_of_the_picture_is_none():
    array, told = clean(mask((1, (0, 5), (3, 9), (3, 9)), (0, (0, 3), (5, 6), (5, 6))), fill_holes=True)
    assert told[1].filled == 0
    assert (array == 0).any()


@pytest.mark.parametrize("connectivity", [6, 18, 26])
def test_holes_are_those_of_scipy(connectivity):
    walls = np.random.default_rng(4).random((17, 13, 11)) < (0.93 if connectivity == 6 else 0.62)
    around = {6: 3, 18: 1, 26: 1}[connectivity]
    structure = ndimage.generate_binary_structure(3, around)
    expected = ndimage.binary_fill_holes(walls, structure) & ~walls
    assert expected.any()
    assert np.array_equal(enclosed_holes(walls, connectivity), expected)


def test_closing_is_by_a_ball_in_mm():
    noise = ndimage.gaussian_filter(np.random.default_rng(1).normal(size=SHAPE), 1) > 0.05
    radius = 2.1
    reach = [int(radius // step) for step in SPACING]
    offsets = np.meshgrid(
        *[np.arange(-n, n + 1) * s for n, s in zip(reach, SPACING, strict=True)], indexing="ij"
    )
    ball = sum(one**2 for one in offsets) <= radius**2
    wide = np.pad(noise, [(n + 1, n + 1) for n in reach])
    expected = ndimage.binary_closing(wide, ball)[tuple(slice(n + 1, -n - 1) for n in reach)]
    assert (expected & ~noise).any()
    assert np.array_equal(closed_mask(noise, radius, SPACING), expected)


def test_closing_takes_background_alone_and_says_how_much():
    wide, narrow = (1, (2, 4), (2, 9), (2, 9)), (1, (7, 9), (2, 9), (2, 9))  # 2 voxels apart, 1.6 mm
    labels = mask(wide, narrow, (2, (5, 6), (5, 5), (5, 5)))
    array, told = clean(labels, closing_mm=1.7)
    assert (array[5:7, 5, 5] == 2).all()
    assert (array[5:7, 4, 4] == 1).all()
    assert told[1].closed == (array == 1).sum() - (labels.array == 1).sum() > 0
    untouched, _ = clean(labels, closing_mm=0.5)
    assert np.array_equal(untouched, labels.array)


def test_what_cannot_be_is_refused():
    film = Labels(array=mask(LARGE).array, grid=Grid(SHAPE, np.eye(4), physical=False))
    tilted = np.diag([*SPACING, 1.0])
    tilted[1, 2] = 0.5
    with pytest.raises(WrongUse, match="millimetres"):
        clean(film, min_size="1 ml")
    with pytest.raises(GeometryError, match="millimetres"):
        clean(film, closing_mm=1)
    with pytest.raises(GeometryError, match="perpendicular"):
        clean(mask(LARGE, affine=tilted), closing_mm=1)
    with pytest.raises(WrongUse, match="nothing to do"):
        clean(mask(LARGE))
    with pytest.raises(WrongUse, match="candidates"):
        s2t.postprocess("x", "y", rules={"label": [{"value": 1, "largest": True}]}, choose_on="z")
    for wrong in ({"min_size": "5 l"}, {"min_size": "1.5"}, {"smallest": 3}, {"largest": 1}, {"connectivity": 8},
                  {"closing_mm": -1}, {"label": [{"largest": True}]}, {"label": 3}):  # fmt: skip
        with pytest.raises(WrongUse):
            Rules.of_table(wrong)


def test_rules_come_back_from_their_file(tmp_path):
    rules = Rules.of_table(
        {
            "fill_holes": True,
            "label": [{"value": 3, "min_size": "0.5 ml", "closing_mm": 2, "connectivity": 6}],
        }
    )
    (tmp_path / "r.toml").write_text(rules.to_toml({3: ["it helps", 'by "much"']}))
    assert Rules.load(tmp_path / "r.toml") == rules
    everything = {"min_size": 9, "largest": True, "closing_mm": 2.0, "fill_holes": True, "connectivity": 6}
    nothing = {"min_size": "none", "largest": False, "closing_mm": 0, "fill_holes": False}
    own = {"min_size": "0.05 ml", "fill_holes": False}
    for table in (
        {"fill_holes": True, "label": [{"value": 2, **own}]},
        {**everything, "label": [{"value": 1, **nothing}, {"value": 2, "connectivity": 26}]},
        {"connectivity": 6, "label": [{"value": 2, "largest": True}]},
    ):
        rules = Rules.of_table(table)
        (tmp_path / "r.toml").write_text(rules.to_toml())
        assert Rules.load(tmp_path / "r.toml") == rules
    assert Rules.of_table({**everything, "label": [{"value": 1, **nothing}]}).of(1).idle
    (tmp_path / "r.toml").write_text("largest = maybe")
    with pytest.raises(WrongUse, match="cannot be read"):
        Rules.load(tmp_path / "r.toml")


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], prog_name="scan2train")


def predictions(folder: Path) -> None:
    """Cases whose truth is the large box of 1 and two of 2 that are as they are; 1 has islands, 2 has none to lose."""
    (folder / "pred").mkdir(parents=True)
    (folder / "truth").mkdir()
    pair = (2, (0, 1), (14, 15), (3, 4))
    for n, islands in enumerate(((SMALL,), (DOT, SMALL), ())):
        truth = [LARGE, OTHER, pair]
        s2t.write(mask(*truth), folder / "truth" / f"case_{n}.nii.gz")
        hole = (0, (5, 5), (5, 6), (5, 5))
        s2t.write(mask(*truth, *islands, hole), folder / "pred" / f"case_{n}.nii.gz")
    (folder / "pred" / "dataset.json").write_text("{}")


def test_rules_are_chosen_only_where_they_raise_dice(tmp_path):
    predictions(tmp_path)
    out = tmp_path / "out"
    done = run(
        "postprocess", tmp_path / "pred", "-o", out, "--choose-on", tmp_path / "truth", "--format", "json"
    )
    assert done.exit_code == 0, done.output
    one, two = json.loads(done.stdout)["chosen"]
    assert one["rule"]["fill_holes"]
    assert "largest" in one["rule"] or "min_size" in one["rule"]
    assert one["dice_after"] == 1 > one["dice_before"]
    # The largest component alone would lose a part of label 2 in every case.
    assert two["rule"] == {"connectivity": 26}
    assert any("largest" in tried["rule"] and tried["dice"] < 1 for tried in two["tried"])
    for n in range(3):
        made = s2t.read(out / f"case_{n}.nii.gz", as_labels=True)
        assert np.array_equal(made.array, s2t.read(tmp_path / "truth" / f"case_{n}.nii.gz").array)
    text = (out / "postprocess.toml").read_text()
    assert "# tried" in text
    again = run(
        "postprocess", tmp_path / "pred", "-o", tmp_path / "again", "--rules", out / "postprocess.toml"
    )
    assert again.exit_code == 0, again.output
    for n in range(3):
        assert (out / f"case_{n}.nii.gz").read_bytes() == (
            tmp_path / "again" / f"case_{n}.nii.gz"
        ).read_bytes()


def test_what_was_tried_is_a_line_for_people_and_whole_in_the_files(tmp_path):
    predictions(tmp_path)
    words = (tmp_path / "pred", "-o", tmp_path / "out", "--choose-on", tmp_path / "truth")
    done = run("postprocess", *words)
    assert done.exit_code == 0, done.output
    told = json.loads((tmp_path / "out" / "postprocess.json").read_text())["chosen"]
    lines = done.stdout.splitlines()
    for one in told:
        at = next(n for n, line in enumerate(lines) if line.startswith(f"label {one['label']}: "))
        others = [what for what in one["tried"] if f": {what['rule']}: " not in lines[at]]
        best = max(others, key=lambda what: what["dice"])
        assert (
            lines[at + 1]
            == f"  {len(others)} more tried, the best of them {best['rule']}: {best['dice']:.4f}"
        )
    assert sum("tried" in line for line in lines) == len(told) + 1
    assert sum(len(one["tried"]) for one in told) > 15


def test_a_case_that_has_a_label_in_error_alone_counts_for_its_removal(tmp_path):
    for place, boxes in (("pred", [DOT]), ("truth", [])):
        (tmp_path / place).mkdir()
        s2t.write(mask(*boxes, OTHER), tmp_path / place / "a.nii.gz")
    done = s2t.postprocess(
        tmp_path / "pred", tmp_path / "out", rules={"min_size": 5}, choose_on=tmp_path / "truth"
    )
    one, two = done.chosen
    assert (one.before, one.after, one.rule.min_size) == (0, 1, Size(voxels=5))
    assert two.rule.idle


def test_a_label_that_was_missed_altogether_has_a_dice_of_0_whatever_is_tried(tmp_path):
    for place, boxes in (("pred", [LARGE, DOT]), ("truth", [LARGE, OTHER])):
        (tmp_path / place).mkdir()
        s2t.write(mask(*boxes), tmp_path / place / "a.nii.gz")
    done = s2t.postprocess(tmp_path / "pred", tmp_path / "out", rules={}, choose_on=tmp_path / "truth")
    one, two = done.chosen
    assert one.after == 1 > one.before
    assert two.rule.idle
    assert {two.before, *(dice for _, dice in two.tried)} == {0}


@pytest.mark.parametrize("cut", [slice(None), slice(3, None)])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_truth_may_be_turned_over_and_cut_out(tmp_path, axis, cut):
    """The large box begins at 2, 2, 2: three planes less of the prediction cost it one."""
    prediction, truth = mask(LARGE, (1, (20, 20), (18, 18), (13, 13))), mask(LARGE)
    at = tuple(cut if one == axis else slice(None) for one in range(3))
    part = np.flip(prediction.array[at], axis)
    affine = prediction.grid.affine.copy()
    affine[:3, 3] = prediction.grid.to_world([SHAPE[axis] - 1 if one == axis else 0 for one in range(3)])
    affine[:3, axis] *= -1
    for place, one in (("pred", Labels(array=part, grid=Grid(part.shape, affine))), ("truth", truth)):
        (tmp_path / place).mkdir()
        s2t.write(one, tmp_path / place / "a.nii.gz")
    done = s2t.postprocess(
        tmp_path / "pred", tmp_path / "out", rules={"min_size": 5}, choose_on=tmp_path / "truth"
    )
    within = 448 if cut.start else 512
    assert done.chosen[0].before == pytest.approx(2 * within / (within + 1 + 512))
    assert done.chosen[0].after == pytest.approx(2 * within / (within + 512))


def test_pictures_without_millimetres_are_cleaned_by_pixels(tmp_path):
    square, speck = np.zeros((30, 24, 1), np.uint8), np.zeros((30, 24, 1), np.uint8)
    square[3:20, 5:18] = 1
    speck[24, 20] = 1
    for place, array in (("pred", square | speck), ("truth", square)):
        (tmp_path / place).mkdir()
        film = Labels(array=array, grid=Grid(array.shape, np.eye(4), physical=False))
        s2t.write(film, tmp_path / place / "a.png")
    done = run("postprocess", tmp_path / "pred", "-o", tmp_path / "out", "--choose-on", tmp_path / "truth")
    assert done.exit_code == 0, done.output
    assert np.array_equal(s2t.read(tmp_path / "out" / "a.png").array, square)
    done = run(
        "postprocess",
        tmp_path / "pred",
        "-o",
        tmp_path / "c",
        "--choose-on",
        tmp_path / "truth",
        "--closing",
        2,
    )
    assert (done.exit_code, "millimetres" in done.stderr) == (2, True)
    # Half the size would lie in the corner of the other.
    s2t.write(
        Labels(array=square[:15], grid=Grid((15, 24, 1), np.eye(4), physical=False)),
        tmp_path / "truth" / "a.png",
    )
    done = run(
        "postprocess", tmp_path / "pred", "-o", tmp_path / "d", "--choose-on", tmp_path / "truth", "--largest"
    )
    assert (done.exit_code, "different grids" in done.stderr) == (2, True)


def test_where_a_choice_fails_is_the_prediction(tmp_path, monkeypatch):
    def fails(*_):
        raise RuntimeError("odd")

    predictions(tmp_path)
    monkeypatch.setattr("scan2train.tools.postprocess.postprocess.dice_of_rules", fails)
    with pytest.raises(UnreadableFile) as told:
        s2t.postprocess(tmp_path / "pred", tmp_path / "out", rules={}, choose_on=tmp_path / "truth")
    assert told.value.where == str(tmp_path / "pred" / "case_0.nii.gz")


def test_what_one_label_gives_up_is_not_filled_by_another_to_its_harm(tmp_path):
    """A speck of 2 within 1 that belongs there: removing it is worth it for neither."""
    shell = (1, (2, 9), (2, 9), (2, 9))
    within = (2, (5, 6), (5, 6), (5, 6))
    hole = (0, (3, 3), (3, 3), (3, 3))
    for place, boxes in (("pred", [shell, within, hole]), ("truth", [shell, (0, (5, 6), (5, 6), (5, 6))])):
        (tmp_path / place).mkdir()
        s2t.write(mask(*boxes), tmp_path / place / "a.nii.gz")
    done = s2t.postprocess(tmp_path / "pred", tmp_path / "out", choose_on=tmp_path / "truth",
                           rules={"min_size": 20, "fill_holes": True})  # fmt: skip
    one, two = done.chosen
    assert two.rule.min_size == Size(voxels=20)  # the label is gone, as it should be
    assert one.rule.idle  # the hole that is left would be filled by 1
    assert "beside the other labels' rules" in one.dropped
    made = s2t.read(tmp_path / "out" / "a.nii.gz")
    assert not made.array[5:7, 5:7, 5:7].any()


def test_a_folder_is_cleaned_beside_itself_and_says_what_went(tmp_path):
    predictions(tmp_path)
    before = {one: hashlib.sha256(one.read_bytes()).digest() for one in tmp_path.rglob("*") if one.is_file()}
    out = tmp_path / "out"
    done = run("postprocess", tmp_path / "pred", "-o", out, "--min-size", "0.01ml")
    assert done.exit_code == 0, done.output
    assert sorted(one.name for one in out.iterdir()) == [
        *(f"case_{n}.nii.gz" for n in range(3)),
        "postprocess.json",
        "postprocess.toml",
    ]
    told = {
        one["case"]: one["labels"][0] for one in json.loads((out / "postprocess.json").read_text())["cases"]
    }
    assert [told[f"case_{n}"]["removed_voxels"] for n in range(3)] == [0, 1, 0]
    assert told["case_1"]["removed_ml"] == pytest.approx(0.002, rel=1e-5)
    assert "case_1" in done.stdout
    assert "case_2" not in done.stdout
    assert "5 of 6 labels in 3 masks stayed as they were" in done.stdout
    assert all(hashlib.sha256(one.read_bytes()).digest() == digest for one, digest in before.items())
    with pytest.raises(OutputInUse):
        s2t.postprocess(tmp_path / "pred", out, rules={"largest": True})
    with pytest.raises(WrongUse, match="in the source"):
        s2t.postprocess(tmp_path / "pred", tmp_path / "pred" / "clean", rules={"largest": True})
    (tmp_path / "none").mkdir()
    with pytest.raises(NoImages):
        s2t.postprocess(tmp_path / "none", tmp_path / "x", rules={"largest": True})


def test_one_file_is_cleaned_into_another_and_never_into_itself(tmp_path):
    s2t.write(mask(LARGE, DOT, names={1: "liver"}), tmp_path / "a.nrrd")
    assert run("postprocess", tmp_path / "a.nrrd", "-o", tmp_path / "b.nii.gz", "--largest").exit_code == 0
    made = s2t.read(tmp_path / "b.nii.gz", as_labels=True)
    assert (made.array == 1).sum() == 512
    assert made.grid.distance_in_voxels(mask().grid) < 1e-4
    (tmp_path / "link.nrrd").symlink_to(tmp_path / "a.nrrd")
    for goal in ("a.nrrd", "link.nrrd"):
        done = run("postprocess", tmp_path / "a.nrrd", "-o", tmp_path / goal, "--largest")
        assert (done.exit_code, "never written" in done.stderr) == (2, True)


def test_folders_of_zarr_are_masks(tmp_path):
    for place in ("pred", "truth"):
        (tmp_path / place / "b").mkdir(parents=True)
    s2t.write(mask(LARGE, DOT), tmp_path / "pred" / "b" / "a.zarr")
    s2t.write(mask(LARGE), tmp_path / "truth" / "b" / "a.zarr")
    for source, target, more in (
        ("pred/b/a.zarr", "alone.zarr", ("--largest",)),
        ("pred", "folder", ("--largest",)),
        ("pred", "chosen", ("--choose-on", tmp_path / "truth")),
    ):
        done = run("postprocess", tmp_path / source, "-o", tmp_path / target, *more)
        assert done.exit_code == 0, done.output
    for made in ("alone.zarr", "folder/b/a.zarr", "chosen/b/a.zarr"):
        assert (s2t.read(tmp_path / made, as_labels=True).array == 1).sum() == 512
    done = run(
        "postprocess",
        tmp_path / "pred" / "b" / "a.zarr",
        "-o",
        tmp_path / "pred" / "b" / "a.zarr",
        "--largest",
    )
    assert (done.exit_code, "never written" in done.stderr) == (2, True)


def test_a_file_that_is_no_mask_costs_itself_alone(tmp_path):
    predictions(tmp_path)
    (tmp_path / "pred" / "bad.nii.gz").write_bytes(b"no image")
    done = run("postprocess", tmp_path / "pred", "-o", tmp_path / "out", "--largest")
    assert done.exit_code == 1
    assert "bad" in done.stderr
    assert (tmp_path / "out" / "case_2.nii.gz").exists()
    assert not (tmp_path / "out" / "bad.nii.gz").exists()
