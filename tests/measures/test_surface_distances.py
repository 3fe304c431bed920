"""Distances between surfaces: shapes whose distances are known, and every element by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from scan2train.measures.label_pairs import overlay
from scan2train.measures.surface_area import element_areas
from scan2train.measures.surface_distances import surface_distances
from scan2train.volume import Labels

SPACING = (0.7, 1.1, 2.5)
MODES = pytest.mark.parametrize("by_voxel", [False, True], ids=["area", "voxel"])


def apart(prediction, truth, spacing=SPACING, *, by_voxel=False):
    """Of boolean (i, j, k) arrays, lying from k."""
    laid = overlay(*(Labels.from_array(np.asfortranarray(one), spacing) for one in (prediction, truth)))
    box, steps = laid.along(laid.of(1).box), laid.along(spacing)
    return surface_distances(laid.prediction, laid.truth, 1, box, steps, by_voxel=by_voxel)


def block(shape, first, past):
    mask = np.zeros(shape, np.bool_)
    mask[tuple(slice(a, b) for a, b in zip(first, past, strict=True))] = True
    return mask


def ball(shape, spacing, centre_mm, radius_mm):
    axes = np.ogrid[tuple(slice(0, n) for n in shape)]
    return (
        sum((axis * mm - at) ** 2 for axis, mm, at in zip(axes, spacing, centre_mm, strict=True))
        < radius_mm**2
    )


@MODES
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_box_moved_along_an_axis(axis, by_voxel):
    move = np.eye(3, dtype=int)[axis] * 3
    truth = block((20, 18, 16), (3, 4, 5), (12, 11, 10))
    moved = np.roll(truth, move, axis=(0, 1, 2))
    found = apart(moved, truth, by_voxel=by_voxel)
    away = 3 * SPACING[axis]
    assert found.hausdorff() == pytest.approx(away, rel=1e-12)
    assert found.within(away) == 1
    assert found.within(away * 0.99) < 1
    assert found.means[0] == pytest.approx(found.means[1], rel=1e-12)


def test_the_area_of_a_box_is_that_of_its_faces_with_edges_cut():
    """Faces between the outermost centres, a bevel along each edge, a triangle at each corner."""
    a, b, c = 7, 5, 4
    x, y, z = SPACING
    mask = block((12, 9, 8), (2, 1, 3), (2 + a, 1 + b, 3 + c))
    whole = 2 * ((a - 1) * (b - 1) * x * y + (b - 1) * (c - 1) * y * z + (a - 1) * (c - 1) * x * z)
    edges = 2 * ((a - 1) * x * np.hypot(y, z) + (b - 1) * y * np.hypot(x, z) + (c - 1) * z * np.hypot(x, y))
    corner = np.linalg.norm([x * y, y * z, x * z]) / 8
    found = apart(mask, mask)
    assert found.truth_weights.sum() == pytest.approx(whole + edges + 8 * corner, rel=1e-12)
    assert found.hausdorff() == found.assd == found.masd == 0
    assert found.within(0) == 1


@MODES
def test_two_spheres_about_one_centre(by_voxel):
    spacing = (0.5, 0.4, 0.6)
    shape, centre = (58, 72, 48), (14.2, 14.3, 14.1)
    inner, outer = ball(shape, spacing, centre, 10), ball(shape, spacing, centre, 13)
    found = apart(inner, outer, spacing, by_voxel=by_voxel)
    # An element lies within half a voxel's diagonal of its sphere; the outermost voxels within a whole one.
    half = np.linalg.norm(spacing) / (1 if by_voxel else 2)
    for distance in (found.hausdorff(), found.hausdorff(95), found.assd, found.masd):
        assert distance == pytest.approx(3, abs=half)
    assert found.within(3 - 2 * half) == 0
    assert found.within(3 + 2 * half) == 1
    if not by_voxel:
        assert found.truth_weights.sum() == pytest.approx(4 * np.pi * 13**2, rel=0.1)


@MODES
def test_one_voxel_each(by_voxel):
    truth = block((9, 8, 7), (1, 1, 1), (2, 2, 2))
    other = block((9, 8, 7), (6, 4, 3), (7, 5, 4))
    away = np.linalg.norm(np.array([5, 3, 2]) * SPACING)
    assert apart(other, truth, by_voxel=by_voxel).hausdorff() == pytest.approx(away, rel=1e-12)


@MODES
def test_the_edge_of_the_image_is_a_surface(by_voxel):
    """The same masks, whether they touch the edge or not."""
    truth, other = np.ones((6, 5, 4), np.bool_), np.ones((6, 5, 4), np.bool_)
    other[:2] = False
    at_edge = apart(other, truth, by_voxel=by_voxel)
    within = apart(np.pad(other, 2), np.pad(truth, 2), by_voxel=by_voxel)
    assert at_edge.hausdorff() == pytest.approx(2 * SPACING[0])
    assert np.array_equal(at_edge.truth, within.truth)
    assert np.array_equal(at_edge.prediction_weights, within.prediction_weights)


@MODES
@pytest.mark.parametrize("density", [0.02, 0.4, 0.9])
def test_every_element_by_brute_force(density, by_voxel):
    random = np.random.default_rng(7)
    truth, other = (random.random((9, 8, 7)) < density for _ in range(2))
    found = apart(other, truth, by_voxel=by_voxel)
    (t, t_weights), (p, p_weights) = (_elements(mask, by_voxel) for mask in (truth, other))
    between = cdist(t * SPACING, p * SPACING)
    assert found.truth == pytest.approx(between.min(axis=1), rel=1e-12)
    assert found.prediction == pytest.approx(between.min(axis=0), rel=1e-12)
    assert found.truth_weights == pytest.approx(t_weights, rel=1e-12)
    assert found.prediction_weights == pytest.approx(p_weights, rel=1e-12)


def test_far_apart_is_as_exact_as_near():
    """So many far places that the search outwards is given up for the envelope."""
    shape = (24, 20, 22)
    truth = block(shape, (0, 0, 0), (2, 1, 1))
    other = np.zeros(shape, np.bool_)
    other[4:, 3:, 3:] = np.random.default_rng(1).random((20, 17, 19)) < 0.4
    found = apart(other, truth)
    (t, _), (p, _) = (_elements(mask, by_voxel=False) for mask in (truth, other))
    between = cdist(t * SPACING, p * SPACING)
    assert found.truth == pytest.approx(between.min(axis=1), rel=1e-12)
    assert found.prediction == pytest.approx(between.min(axis=0), rel=1e-12)


def test_a_picture_has_a_contour_and_no_faces():
    """A square of 6×4 pixels: sides between the outermost centres, and four cut corners."""
    mask = block((12, 9, 1), (2, 1, 0), (8, 5, 1))
    found = apart(mask, np.roll(mask, 2, axis=0))
    x, y, z = SPACING
    length = 2 * 5 * x + 2 * 3 * y + 4 * np.hypot(x, y) / 2
    assert found.truth_weights.sum() == pytest.approx(length * z, rel=1e-12)
    assert found.hausdorff() == pytest.approx(2 * x)
    assert found.within(x) < 0.8


def test_the_percentile_is_that_of_the_area():
    """95 % by area, not by number: many small elements near, few large ones far."""
    truth = block((30, 30, 12), (5, 5, 4), (25, 25, 5))
    other = truth | block((30, 30, 12), (5, 5, 8), (14, 14, 9))
    found = apart(other, truth)
    order = np.argsort(found.prediction)
    shares = np.cumsum(found.prediction_weights[order]) / found.prediction_weights.sum()
    assert found.hausdorff(95) == found.prediction[order][np.searchsorted(shares, 0.95)] > 0


def test_elements_with_opposite_filling_have_one_area():
    areas = element_areas((2.5, 1.1, 0.7))
    assert areas[0] == areas[255] == 0
    assert (areas[1:255] > 0).all()
    across_k, across_j, across_i = 0b00001111, 0b00110011, 0b01010101
    for way, face in ((across_k, 1.1 * 0.7), (across_j, 2.5 * 0.7), (across_i, 2.5 * 1.1)):
        assert areas[way] == areas[255 - way] == pytest.approx(face, rel=1e-12)


def _elements(mask, by_voxel):
    """Places (i, j, k) in the order of memory and weights, said once more in plain words."""
    # A rim before, which the box of both masks has not: places are only compared with one another.
    padded = np.pad(mask, 1)
    if by_voxel:
        faces = [np.roll(padded, step, axis) for axis in range(3) for step in (1, -1)]
        at = np.argwhere((padded & ~np.logical_and.reduce(faces)).T)[:, ::-1]
        return at, np.ones(len(at))
    a, b, c = (n + 1 for n in mask.shape)
    codes = np.zeros((a, b, c), int)
    for bit in range(8):
        i, j, k = bit & 1, bit >> 1 & 1, bit >> 2
        codes += (1 << bit) * padded[i : i + a, j : j + b, k : k + c]
    at = np.argwhere(((codes > 0) & (codes < 255)).T)[:, ::-1]
    return at, element_areas(SPACING[::-1])[codes[tuple(at.T)]]
