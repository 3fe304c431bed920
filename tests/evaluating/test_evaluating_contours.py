"""Contours and segmentations of DICOM beside masks: read as labels, on the grid that they are of."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from typer.testing import CliRunner

import scan2train as s2t
from scan2train.cli.app import app_of
from scan2train.evaluating.case import Wanted
from scan2train.evaluating.layers import layered, scores_of_layers
from scan2train.testing.dicom_series import write_dicom_series

SHAPE, SPACING = (24, 21, 9), (0.9, 1.4, 2.5)


@pytest.fixture
def place(tmp_path):
    """A series, labels on it as a structure set, a segmentation and NIfTI, and a mask that is off by a voxel."""
    # A stack along z, first index to the left and second to the back, as scanners write it.
    affine = np.diag([-SPACING[0], -SPACING[1], SPACING[2], 1.0])
    affine[:3, 3] = (11.0, 42.0, -310.0)
    grid = s2t.Grid(SHAPE, affine)
    values = np.random.default_rng(3).integers(-1000, 1000, SHAPE).astype(np.int16)
    write_dicom_series(s2t.Volume(array=values, grid=grid, unit="HU"), tmp_path / "ct")
    series = s2t.read(tmp_path / "ct")
    array = np.zeros(SHAPE, np.uint8)
    array[3:12, 4:15, 2:7] = 1
    array[15:21, 6:18, 1:8] = 2
    truth = s2t.Labels(array=array, grid=series.grid, names={1: "liver", 2: "spleen"})
    for folder, form in (("rt", "rtstruct"), ("seg", "seg")):
        (tmp_path / folder).mkdir()
        s2t.write(truth, tmp_path / folder / "a.dcm", form, reference=series)
    s2t.write(truth, tmp_path / "a.nii.gz")
    (tmp_path / "pred").mkdir()
    s2t.write(truth.replace(array=np.roll(array, 1, axis=0)), tmp_path / "pred" / "a.nrrd")
    return tmp_path


def numbers(scores):
    return {(one.label, one.metric): one.value for one in scores}


@pytest.mark.parametrize("form", ["rt", "seg"])
@pytest.mark.parametrize("turned", [False, True], ids=["truth", "prediction"])
def test_dicom_is_as_good_as_a_mask(place, form, turned):
    files = [place / form / "a.dcm", place / "pred" / "a.nrrd"]
    as_mask = [place / "a.nii.gz", place / "pred" / "a.nrrd"]
    if not turned:
        files, as_mask = files[::-1], as_mask[::-1]
    found = s2t.evaluate(*files)
    assert numbers(found) == pytest.approx(numbers(s2t.evaluate(*as_mask)))
    assert numbers(found)[1, "dice"] == pytest.approx(8 / 9)
    assert {one.name for one in found} == {"liver", "spleen"}


def test_contours_of_a_folder_and_of_no_image(place):
    ran = CliRunner().invoke(app_of(["evaluate"]), ["evaluate", str(place / "pred"), str(place / "rt")])
    assert ran.exit_code == 0, ran.output
    assert "0.8889" in ran.stdout
    with pytest.raises(s2t.WrongUse, match="no grid of their own"):
        s2t.evaluate(place / "rt" / "a.dcm", place / "rt" / "a.dcm")


def overlapping(place, shift=0):
    """A structure set beside its series: a liver, and a lesion in it; and both as masks of their own."""
    series = s2t.read(place / "ct")
    liver, lesion = np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)
    liver[3:15, 4:17, 1:8] = 1
    lesion[6 + shift : 11 + shift, 7:12, 3:6] = 1
    files = []
    for name, array in (("liver", liver), ("lesion", lesion)):
        labels = s2t.Labels(array=array, grid=series.grid, names={1: name})
        files.append(place / f"{name}{shift}.dcm")
        s2t.write(labels, files[-1], "rtstruct", reference=series)
    both, more = (pydicom.dcmread(file) for file in files)
    for word, number in (
        ("StructureSetROISequence", "ROINumber"),
        ("ROIContourSequence", "ReferencedROINumber"),
        ("RTROIObservationsSequence", "ReferencedROINumber"),
    ):
        more[word][0][number].value = 2
        both[word].value.append(more[word][0])
    made = place / "ct" / f"both{shift}.dcm"
    both.save_as(made)
    return made, {1: liver, 2: lesion}


def alone(arrays, grid, value):
    return s2t.Labels(array=arrays[value] * np.uint8(value), grid=grid)


@pytest.mark.parametrize("by", ["mask", "regions"])
@pytest.mark.parametrize("turned", [False, True], ids=["truth", "prediction"])
def test_regions_that_overlap_are_each_a_mask_of_its_own(place, by, turned):
    file, true = overlapping(place)
    grid = s2t.read(place / "ct").grid
    if by == "regions":
        other, said = overlapping(place, shift=2)
    else:
        # One label a voxel: the liver lacks its lesion.
        other, one = place / "one.nii.gz", np.where(true[2] == 1, 2, true[1])
        s2t.write(s2t.Labels(array=one, grid=grid), other)
        said = {value: (one == value).astype(np.uint8) for value in (1, 2)}
    pair, masks = ((other, file), (said, true)) if not turned else ((file, other), (true, said))
    found = s2t.evaluate(*pair)
    assert [one.label for one in found] == sorted(one.label for one in found)
    for value in (1, 2):
        expected = s2t.evaluate(*(alone(arrays, grid, value) for arrays in masks))
        own = {one.metric: one.value for one in found if one.label == value}
        assert own == pytest.approx({one.metric: one.value for one in expected if one.label == value})
    assert {one.name for one in found} == {"liver", "lesion"}
    assert all("a mask of its own" in one.note for one in found)


def test_a_folder_of_regions_that_overlap_is_drawn_and_ends_well(place):
    file, true = overlapping(place)
    (place / "said").mkdir()
    half = np.where(np.arange(SHAPE[0])[:, None, None] < 8, true[2], 0)
    labels = s2t.Labels(array=np.where(half, 2, true[1]).astype(np.uint8), grid=s2t.read(place / "ct").grid)
    s2t.write(labels, place / "said" / "both0.nii.gz")
    words = ["evaluate", place / "said" / "both0.nii.gz", file, "--pictures", place / "drawn"]
    ran = CliRunner().invoke(app_of(["evaluate"]), [str(word) for word in words])
    assert ran.exit_code == 0, ran.output
    assert "note: labels overlap: each is scored as a mask of its own" in ran.stdout
    assert len(list((place / "drawn").iterdir())) == 1


def test_what_the_truth_ignores_is_left_out_of_every_layer():
    grid = s2t.Grid((6, 5, 4), np.diag([-0.9, 1.4, 2.5, 1.0]))
    whole, part, unknown = (np.zeros(grid.shape, np.uint8) for _ in range(3))
    whole[:4], part[2:4], unknown[3:5] = 1, 2, 3
    names = {1: "liver", 2: "lesion", 3: "ignore"}
    truth = layered(
        s2t.Labels(array=one, grid=grid, names={int(one.max()): names[int(one.max())]})
        for one in (whole, part, unknown)
    )
    assert len(truth) == 3
    said = s2t.Labels(array=np.where(np.arange(6)[:, None, None] < 3, 1, 0) * np.ones_like(whole), grid=grid)
    scores = {(one.label, one.metric): one.value for one in scores_of_layers((said,), truth, Wanted())}
    assert {label for label, _ in scores} == {1, 2}
    assert scores[1, "dice"] == 1  # the fourth plane is ignored
    assert scores[2, "sensitivity"] == 0


def test_a_value_that_has_two_names_is_told():
    array = np.ones((5, 4, 3), np.uint8)
    array[2:] = 2
    one, other = (
        s2t.Labels.from_array(array, (1.0, 1.5, 2.0), names=names)
        for names in ({1: "left lung", 2: "Liver"}, {1: "right lung", 2: "liver"})
    )
    notes = {(score.label, score.note) for score in s2t.evaluate(one, other)}
    assert notes == {(1, "the prediction calls it 'left lung', the truth 'right lung'"), (2, "")}
