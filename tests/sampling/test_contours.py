"""Contours in the slices of a grid: oblique, sheared, flipped; holes, planes between slices, and what lies in none."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.grid import Grid
from scan2train.sampling.contours import draw, outlines

SHAPE = (13, 17, 7)


def grid(case="oblique"):
    axes = np.eye(3)
    if case in ("oblique", "sheared"):
        axes, _ = np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))
    if case == "sagittal":
        axes = np.array([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], dtype=float)
    if case == "flipped":
        axes = np.diag([-1.0, 1.0, -1.0])
    affine = np.eye(4)
    affine[:3, :3] = axes * (0.7, 1.3, 2.5)
    if case == "sheared":
        affine[:3, 2] += 0.4 * affine[:3, 1]
    affine[:3, 3] = (-31.5, 12.25, 400.0)
    return Grid(SHAPE, affine)


def square(on, low, high, k):
    """A square in index coordinates, in the world."""
    corners = [(low, low, k), (high, low, k), (high, high, k), (low, high, k)]
    return on.to_world(corners)


def whole(drawn):
    mask = np.zeros(SHAPE, dtype=bool)
    mask[drawn.box] = drawn.mask
    return mask


@pytest.mark.parametrize("case", ["straight", "oblique", "sheared", "sagittal", "flipped"])
def test_lines_round_a_mask_give_it_back_through_the_text_of_a_file(case):
    on = grid(case)
    mask = np.random.default_rng(1).random(SHAPE) > 0.6
    mask[:, :, 2] = False
    lines = [np.round(points, 6) for _, points in outlines(mask, on)]
    drawn = draw(lines, on)
    assert np.array_equal(whole(drawn), mask)
    assert (drawn.unmatched, drawn.beyond) == (0, 0)
    assert drawn.off_slices < 1e-5
    assert drawn.ml == pytest.approx(mask.sum() * abs(np.linalg.det(on.affine[:3, :3])) / 1000)


def test_a_plane_between_slices_goes_to_the_nearest_within_half_a_slice():
    on = grid()
    drawn = draw([square(on, 2.5, 6.5, 3.4)], on)
    assert np.flatnonzero(whole(drawn).any(axis=(0, 1))).tolist() == [3]
    assert drawn.off_slices == pytest.approx(0.4, abs=1e-3)


def test_planes_of_finer_contours_are_not_mixed():
    """Contours at a third of the spacing: of three planes, each slice takes the one that is nearest to it."""
    on = grid()
    planes = [square(on, 2.5, 4.5 + n, 3 + (n - 1) / 3) for n in range(3)]
    drawn = draw(planes, on)
    assert drawn.unmatched == 2
    assert whole(drawn).sum() == 3 * 3


@pytest.mark.parametrize("k", [-0.6, 6.6, 40.0])
def test_a_contour_beyond_the_slices_is_counted(k):
    on = grid()
    drawn = draw([square(on, 2.5, 4.5, k), square(on, 2.5, 4.5, 1)], on)
    assert drawn.unmatched == 1
    assert whole(drawn).sum() == 4


def test_a_contour_across_the_slices_is_in_none():
    on = grid()
    drawn = draw([on.to_world([(2, 2, 0), (6, 2, 0), (6, 2, 5), (2, 2, 5)])], on)
    assert drawn.unmatched == 1
    assert not whole(drawn).any()


def test_what_reaches_beyond_the_image_is_cut_and_counted():
    on = grid()
    drawn = draw([square(on, -3.5, 2.5, 1), square(on, -0.5, 2.5, 2)], on)
    assert drawn.beyond == 1
    assert whole(drawn).sum() == 9 + 9


def test_planes_farther_apart_than_slices_are_told():
    on = grid()
    drawn = draw([square(on, 2.5, 4.5, k) for k in (0, 2, 4)], on)
    assert drawn.apart_slices == pytest.approx(2)
    assert not whole(drawn)[:, :, 1].any()
    assert drawn.ml == pytest.approx(3 * 4 * 2 * abs(np.linalg.det(on.affine[:3, :3])) / 1000)


def test_nothing_is_drawn_of_nothing():
    drawn = draw([], grid())
    assert (drawn.unmatched, drawn.ml, drawn.mask.size) == (0, 0.0, 0)
