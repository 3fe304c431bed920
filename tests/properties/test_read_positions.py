"""Wherever a voxel lies, the value read there is the value of its place."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from drawn_scans import scans
from scan2train.errors import IrregularSlices, WrongUse
from scan2train.read import VolumeList, read, read_all
from scan2train.volume import Volume
from scans_at_places import Scan


def check(scan: Scan) -> None:
    """Write numbers that name their voxel, read them back, and compare number and place of every voxel."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            scan.write(Path(folder))
        except WrongUse as error:
            # The encoder of JPEG-LS sets too little room aside for a few noisy pixels.
            assume("destination buffer is too small" not in str(error))
            raise
        if scan.drop and scan.irregular == "refuse":
            with pytest.raises(IrregularSlices):
                read(folder)
            return
        found = read_all(folder, irregular=scan.irregular, stack=scan.stack)
    assert not found.refused
    assert len(found) == expected_volumes(scan) or scan.drop
    numbers = np.concatenate([numbers_at_their_places(scan, one) for one in found])
    assert len(numbers) == len(set(numbers.tolist()))
    if scan.irregular == "keep-largest-regular":
        assert_is_the_largest_part(scan, found, numbers)
    else:
        np.testing.assert_array_equal(np.sort(numbers), scan.there())
    if scan.irregular == "regrid":
        assert found[0].array.shape == scan.grid.shape


def numbers_at_their_places(scan: Scan, volume: Volume) -> np.ndarray:
    """The numbers of all real voxels of a volume, each of which must lie where it was measured."""
    points = volume.array if volume.array.ndim == 4 else volume.array[..., None]
    every = np.argwhere(np.ones(points.shape[:3], dtype=bool) if volume.valid is None else volume.valid)
    numbers = scan.numbers(points[tuple(every.T)])
    there = scan.places()[numbers - scan.first]
    here = np.broadcast_to(volume.grid.to_world(every)[:, None], there.shape)
    np.testing.assert_allclose(here, there, atol=2e-3)
    return numbers.ravel()


def expected_volumes(scan: Scan) -> int:
    return (1 if scan.stack else scan.points) + (scan.localizer is not None)


def assert_is_the_largest_part(scan: Scan, found: VolumeList, numbers: np.ndarray) -> None:
    assert len(found) == 1
    assert np.isin(numbers, scan.there()).all()
    runs = np.diff([-1, *scan.drop, scan.grid.shape[2]]) - 1
    assert found[0].array.shape[2] == runs.max()


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(scans())
def test_the_value_read_at_every_voxel_is_that_of_its_place(scan: Scan) -> None:
    check(scan)


@pytest.mark.slow
@settings(max_examples=2000, derandomize=False, suppress_health_check=[HealthCheck.too_slow])
@given(scans())
def test_the_value_read_at_every_voxel_is_that_of_its_place_at_length(scan: Scan) -> None:
    check(scan)
