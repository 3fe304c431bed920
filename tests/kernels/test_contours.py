"""Contours in one slice: what is inside, on which side of an edge, and lines round what is inside."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scan2train.kernels.contours import fill, trace


def filled(shape, *polygons):
    mask = np.zeros(shape, dtype=np.uint8)
    points = np.concatenate([np.asarray(one, dtype=np.float64) for one in polygons])
    fill(points, np.cumsum([0, *map(len, polygons)]), mask)
    return mask


def inside(point, polygon):
    """Even-odd, one point at a time, by the angle-free textbook rule."""
    x, y = point
    odd = False
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            odd = not odd
    return odd


@pytest.mark.parametrize("seed", range(8))
def test_what_is_inside_agrees_with_one_point_at_a_time(seed):
    rng = np.random.default_rng(seed)
    polygon = rng.uniform(-4, 19, size=(rng.integers(3, 14), 2))
    mask = filled((17, 13), polygon)
    expected = [[inside((x, y), polygon) for x in range(13)] for y in range(17)]
    assert np.array_equal(mask, np.array(expected, dtype=np.uint8))
    assert 0 < mask.sum() < mask.size


def test_a_centre_on_an_edge_belongs_to_one_of_two_neighbours():
    left = filled((9, 9), [(1, 1), (4, 1), (4, 6), (1, 6)])
    right = filled((9, 9), [(4, 1), (7, 1), (7, 6), (4, 6)])
    assert left[3].tolist() == [0, 1, 1, 1, 0, 0, 0, 0, 0]
    assert right[3].tolist() == [0, 0, 0, 0, 1, 1, 1, 0, 0]
    assert left[:, 2].tolist() == [0, 1, 1, 1, 1, 1, 0, 0, 0]
    assert not (left & right).any()


def test_a_hole_is_a_hole_as_a_contour_and_through_a_keyhole():
    outer = [(0.5, 0.5), (8.5, 0.5), (8.5, 7.5), (0.5, 7.5)]
    inner = [(2.5, 2.5), (5.5, 2.5), (5.5, 4.5), (2.5, 4.5)]
    keyhole = [outer[0], *outer[1:], outer[0], inner[0], *inner[1:], inner[0]]
    two, one = filled((10, 11), outer, inner), filled((10, 11), keyhole)
    assert np.array_equal(two, one)
    assert two.sum() == 8 * 7 - 3 * 2
    assert not two[3:5, 3:6].any()


def test_far_and_absurd_points_are_cut_at_the_border():
    mask = filled((5, 6), [(-1e300, -1e300), (1e300, -1e300), (1e300, 1e300), (-1e300, 1e300)])
    assert mask.all()


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 1)))
def test_lines_round_a_mask_give_it_back(mask):
    points, starts = trace(mask)
    again = np.zeros_like(mask)
    fill(points, starts, again)
    assert np.array_equal(again, mask)
    assert (np.abs(points % 1) == 0.5).all()
    for first, last in pairwise(starts):
        steps = np.roll(points[first:last], -1, axis=0) - points[first:last]
        # Corners only: every step runs along one axis, and the next along the other.
        assert ((steps != 0).sum(axis=1) == 1).all()
        assert ((steps != 0) != np.roll(steps != 0, -1, axis=0)).all()


def test_pixels_that_touch_at_a_corner_are_apart():
    _, starts = trace(np.array([[1, 0], [0, 1]], dtype=np.uint8))
    assert starts.tolist() == [0, 4, 8]
