"""Contours and segmentations of DICOM beside masks: read as labels, on the grid that they are of."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

import scan2train as s2t
from scan2train.cli.app import app_of
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


def test_a_value_that_has_two_names_is_told():
    array = np.ones((5, 4, 3), np.uint8)
    array[2:] = 2
    one, other = (
        s2t.Labels.from_array(array, (1.0, 1.5, 2.0), names=names)
        for names in ({1: "left lung", 2: "Liver"}, {1: "right lung", 2: "liver"})
    )
    notes = {(score.label, score.note) for score in s2t.evaluate(one, other)}
    assert notes == {(1, "the prediction calls it 'left lung', the truth 'right lung'"), (2, "")}
