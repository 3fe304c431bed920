"""Reconstructed nuclear medicine: vectors number the frames, and the sign of a distance says which way they go."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK

from scan2train.errors import Scan2TrainError
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.read import read
from scan2train.testing.dicom_nuclear import write_nuclear
from scan2train.volume import Volume

SHAPE = (6, 5, 7)


def point(at, turned_deg=14.0):
    angle = np.radians(turned_deg)
    turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag([-1.25, -1.75, 2.5])
    affine[:3, 3] = (12.0, 34.0, -56.0)
    values = np.arange(np.prod(SHAPE), dtype=np.uint16).reshape(SHAPE) + 300 * at
    return Volume(array=values, grid=Grid(SHAPE, affine))


@pytest.mark.parametrize("last_first", [False, True])
@pytest.mark.parametrize("shuffled", [False, True])
def test_every_frame_lies_where_its_number_says(tmp_path, last_first, shuffled):
    write_nuclear([point(0)], tmp_path / "a.dcm", last_first=last_first, shuffled=shuffled)
    found = read(tmp_path / "a.dcm")
    np.testing.assert_array_equal(found.array, point(0).array)
    np.testing.assert_allclose(found.grid.affine, point(0).grid.affine, atol=1e-5)


@pytest.mark.parametrize("last_first", [False, True])
def test_as_itk_reads_it(tmp_path, last_first):
    path = write_nuclear([point(0)], tmp_path / "a.dcm", last_first=last_first)
    theirs, ours = SimpleITK.ReadImage(str(path)), read(path)
    for index_of in ((0, 0, 0), (1, 2, 3), (5, 4, 6)):
        lps = ours.grid.to_world(index_of) * (-1, -1, 1)
        there = theirs.TransformPhysicalPointToIndex(lps.tolist())
        np.testing.assert_allclose(theirs.TransformIndexToPhysicalPoint(there), lps, atol=1e-4)
        assert theirs[there] == ours.array[index_of]


@pytest.mark.parametrize(
    ("vector", "dimension"),
    [
        ("EnergyWindowVector", "energy-window"),
        ("RRIntervalVector", "rr-interval"),
        ("TimeSlotVector", "phase"),
    ],
)
def test_further_vectors_are_dimensions(tmp_path, vector, dimension):
    write_nuclear(
        [point(at) for at in range(3)], tmp_path / "a.dcm", vectors={vector: [1, 2, 3]}, shuffled=True
    )
    found = read(tmp_path / "a.dcm", stack=True)
    np.testing.assert_array_equal(found.array, np.stack([point(at).array for at in range(3)], axis=3))
    assert found.meta["dimension"] == dimension
    assert found.meta["dimension_values"] == [1, 2, 3]


@pytest.mark.parametrize(
    "lost",
    [
        {"SliceVector": None},
        {"SliceVector": [1, 2, 3]},
        {"SpacingBetweenSlices": None},
        {"SpacingBetweenSlices": 0},
        {"DetectorInformationSequence": None},
        {"PixelSpacing": None},
    ],
)
def test_without_a_certain_place_it_is_no_volume(tmp_path, lost):
    write_nuclear([point(0)], tmp_path / "a.dcm", extra_tags=lost)
    table = index(tmp_path, cache=False).volumes
    assert not table["physical"].any()
    with pytest.raises(Scan2TrainError):
        read(tmp_path / "a.dcm").grid.require_physical("a volume")
