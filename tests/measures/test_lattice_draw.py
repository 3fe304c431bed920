"""Classes of blocks drawn on voxels: by value at the border, and without what lies beside it by chance."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.measures.lattice import Lattice, draw
from scan2train.volume import Volume

SPACING = (0.8, 0.7, 0.6)


@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, 1, -1)])
def test_specks_beside_the_border_are_dropped_and_not_counted(flips):
    """A piece of 40 HU; apart from it single voxels of 60 HU, and 290 mm³ of 50 HU, which are no speck."""
    values = np.full((36, 33, 32), -1000, np.int16)
    values[9:21, 9:21, 8:20] = 40
    values[22, 12:18:3, 10:18:4] = 60
    values[9:21, 9:21, 22:28] = 50
    volume = Volume.from_array(values, SPACING, unit="HU")
    volume = volume.replace(
        array=np.ascontiguousarray(volume.array[tuple(slice(None, None, f) for f in flips)])
    )
    lattice = Lattice.of(volume, 2.5)
    classes = np.ones(lattice.shape, np.uint8)
    labels, counts, sums = draw(
        lattice, classes, np.zeros(lattice.shape, np.float32), kept=1, limit=-500.0, dark=False
    )
    expected = np.where((volume.array > -500) & (volume.array != 60), 1, 0)
    np.testing.assert_array_equal(labels, expected)
    assert counts[1].tolist() == [expected.sum(), 0]
    assert sums[1] == volume.array[expected == 1].sum()
