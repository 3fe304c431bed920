"""A DICOM segmentation is judged beside the series that it names, wherever it lies."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest

import scan2train as s2t
from scan2train.testing.dicom_series import write_dicom_series

SHAPE = (23, 19, 9)


@pytest.fixture
def hospital(tmp_path):
    """A tilted series, and a segmentation of two segments in some of its slices."""
    affine = np.diag([0.7, 1.3, 2.5, 1.0])
    affine[1, 2] = 0.4
    values = np.random.default_rng(1).integers(-1000, 1000, SHAPE).astype(np.int16)
    write_dicom_series(
        s2t.Volume(array=values, grid=s2t.Grid(SHAPE, affine), unit="HU"), tmp_path / "hospital/ct"
    )
    image = s2t.read(tmp_path / "hospital/ct")
    array = np.zeros(SHAPE, dtype=np.uint8)
    array[3:9, 2:15, 2:7] = 1
    array[12:20, 4:17, 3:8] = 2
    labels = s2t.Labels(array=array, grid=image.grid, names={1: "a", 2: "b"})
    s2t.write(labels, tmp_path / "hospital/drawn.dcm", "seg", reference=image)
    return tmp_path / "hospital"


def mismatches(folder):
    found = s2t.check(s2t.index(folder, cache=False), select=("LAB001",), pixels=False)
    return [(one.severity.value, one.where.path) for one in found]


def test_slices_that_it_leaves_out_are_no_mismatch(hospital):
    assert mismatches(hospital) == []


@pytest.mark.parametrize("slices", [(2, 4, 6), (1, 2, 5), (3,)])
def test_slices_that_it_leaves_out_between_others_are_no_mismatch(hospital, slices):
    image = s2t.read(hospital / "ct")
    array = np.zeros(SHAPE, dtype=np.uint8)
    array[3:9, 2:15, slices] = 1
    labels = s2t.Labels(array=array, grid=image.grid, names={1: "a"})
    s2t.write(labels, hospital / "sparse.dcm", "seg", reference=image)
    kept = pydicom.dcmread(hospital / "sparse.dcm").NumberOfFrames
    assert (kept, mismatches(hospital)) == (len(slices), [])


def test_one_whose_slices_lie_between_those_of_its_image_is_told(hospital):
    moved = pydicom.dcmread(hospital / "drawn.dcm")
    for frame in moved.PerFrameFunctionalGroupsSequence:
        x, y, z = frame.PlanePositionSequence[0].ImagePositionPatient
        frame.PlanePositionSequence[0].ImagePositionPatient = [x, y, z + 0.5]
    moved.save_as(hospital / "drawn.dcm")
    assert {severity for severity, _ in mismatches(hospital)} == {"error"}


def test_one_beside_the_voxels_of_its_image_is_told(hospital):
    moved = pydicom.dcmread(hospital / "drawn.dcm")
    for frame in moved.PerFrameFunctionalGroupsSequence:
        x, y, z = frame.PlanePositionSequence[0].ImagePositionPatient
        frame.PlanePositionSequence[0].ImagePositionPatient = [x + 0.35, y, z]
    moved.save_as(hospital / "drawn.dcm")
    told = mismatches(hospital)
    assert {severity for severity, _ in told} == {"error"}
    assert {path for _, path in told} == {"drawn.dcm"}


def test_one_of_another_series_is_beside_nothing(hospital):
    other = pydicom.dcmread(hospital / "drawn.dcm")
    other.ReferencedSeriesSequence[0].SeriesInstanceUID = "2.25.1"
    other.save_as(hospital / "drawn.dcm")
    assert mismatches(hospital) == []
