"""A ball that closes a mask, against the definition written out over a wide array."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from scan2train.measures.closed_mask import closed_mask
from scan2train.measures.distances import box_around

SPACING = (0.78125, 1.4, 2.5)


def plain(mask, radius):
    """Grown, then shrunk, with room for both on each side."""
    room = [int(np.ceil(radius / step)) + 2 for step in SPACING]
    wide = np.pad(mask, [(n, n) for n in room])
    grown = distance_transform_edt(~wide, sampling=SPACING) <= radius * (1 + 1e-9)
    kept = distance_transform_edt(grown, sampling=SPACING) > radius * (1 + 1e-9)
    return kept[tuple(slice(n, -n) for n in room)] | mask


# Some radii are distances between voxels themselves.
@pytest.mark.parametrize("radius", [0.6, 1.4, 2.5, 2.8, 3.125, 6.0, 14.0])
@pytest.mark.parametrize("order", ["C", "F"])
def test_it_is_what_growing_and_shrinking_give(radius, order):
    random = np.random.default_rng(3)
    for share in (0.01, 0.05, 0.2):
        mask = np.asarray(random.random((17, 13, 9)) < share, order=order)
        before = mask.copy()
        assert np.array_equal(closed_mask(mask, radius, SPACING), plain(mask, radius))
        assert np.array_equal(mask, before)


def test_far_from_all_of_it_nothing_changes_and_nothing_stays_nothing():
    mask = np.zeros((40, 30, 20), np.bool_)
    assert not closed_mask(mask, 3.0, SPACING).any()
    mask[[3, 5], 4, 6] = True
    closed = closed_mask(mask, 1.7, SPACING)
    assert np.argwhere(closed).tolist() == [[3, 4, 6], [4, 4, 6], [5, 4, 6]]


def test_the_box_around_nothing_is_empty():
    mask = np.zeros((5, 4, 3), np.bool_)
    assert mask[box_around(mask, [2, 2, 2])].size == 0
    mask[1, 2, 0] = True
    assert box_around(mask, [0, 1, 2]) == (slice(1, 2), slice(1, 4), slice(0, 3))
