"""Planes: pixels lie where the patient says, in the radiological convention, whatever the lattice."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from scan2train.errors import WrongUse
from scan2train.grid import Grid, parse_orientation
from scan2train.viewing.planes import MODES, NAMES, planes_of
from scans_to_view import oblique_grid

#: World axes across, down and between, and the way that each runs.
TOWARDS = {
    "axial": ((0, -1), (1, -1), (2, 1)),
    "coronal": ((0, -1), (2, -1), (1, 1)),
    "sagittal": ((1, -1), (2, -1), (0, -1)),
}
CODES = [
    "".join(letters)
    for order in itertools.permutations(("RL", "AP", "SI"))
    for letters in itertools.product(*order)
]


def straight(code: str) -> Grid:
    """Unequal sizes and spacings along the axes of a code."""
    direction = np.zeros((3, 3))
    for axis, (world, sign) in enumerate(parse_orientation(code)):
        direction[world, axis] = sign
    return Grid.from_axes(
        (7, 5, 4), spacing_mm=(0.8, 1.5, 2.7), origin_mm=(11.0, -3.0, 40.0), direction=direction
    )


@pytest.mark.parametrize("code", CODES)
def test_slices_of_a_straight_lattice_run_to_the_left_the_back_and_the_feet(code):
    grid = straight(code)
    for name in NAMES:
        planes = planes_of(grid, "voxel", name)
        for at, (world, way) in enumerate(TOWARDS[name]):
            step = planes.affine[:3, at]
            assert np.argmax(abs(step)) == world
            assert np.sign(step[world]) == way
            assert np.count_nonzero(step) == 1
        ends = [(0, 0, 0), (planes.width - 1, planes.height - 1, planes.count - 1)]
        indices = grid.to_index(planes.grid(0).to_world(ends))
        np.testing.assert_allclose(indices, np.rint(indices), atol=1e-9)
        np.testing.assert_allclose(np.sort(indices, axis=0), [(0, 0, 0), (6, 4, 3)], atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_slices_of_an_oblique_lattice_come_closest_to_the_plane_they_are_called_after(name):
    planes = planes_of(oblique_grid(), "voxel", name)
    for at, (world, way) in enumerate(TOWARDS[name]):
        step = planes.affine[:3, at]
        assert np.argmax(abs(step)) == world
        assert np.sign(step[world]) == way


@pytest.mark.parametrize("name", NAMES)
def test_planes_of_the_patient_are_straight_isotropic_and_hold_the_whole_lattice(name):
    grid = oblique_grid()
    planes = planes_of(grid, "patient", name)
    for at, (world, way) in enumerate(TOWARDS[name]):
        expected = np.zeros(3)
        expected[world] = way * 0.9
        np.testing.assert_allclose(planes.affine[:3, at], expected, atol=1e-9)
    outer = Grid((planes.width, planes.height, planes.count), planes.affine)
    inside = outer.to_index(grid.corners())
    assert (inside >= -0.5 - 1e-6).all()
    assert (inside <= np.array(outer.shape) - 0.5 + 1e-6).all()


def test_a_sheared_lattice_keeps_its_sheared_step():
    affine = np.array([[-1.2, 0, 0, 5], [0, -1.6, -0.9, 7], [0, 0, 3.0, -8], [0, 0, 0, 1.0]])
    planes = planes_of(Grid((9, 8, 5), affine), "voxel", "axial")
    np.testing.assert_allclose(planes.affine[:3, 2], (0, -0.9, 3.0))
    assert planes.to_json()["spacing_mm"] == pytest.approx([1.2, 1.6, np.hypot(0.9, 3.0)])


@pytest.mark.parametrize("mode", MODES)
def test_without_patient_geometry_the_first_row_is_on_top_and_the_first_column_left(mode):
    planes = planes_of(Grid((6, 4, 3), np.eye(4), physical=False), mode, "axial")
    assert (planes.width, planes.height, planes.count) == (6, 4, 3)
    np.testing.assert_array_equal(planes.affine, np.eye(4))
    assert not planes.physical


def test_a_long_thin_lattice_makes_no_endless_picture():
    grid = Grid.from_axes((64, 64, 900), spacing_mm=(0.05, 0.05, 9.0))
    planes = planes_of(grid, "patient", "coronal")
    assert max(planes.width, planes.height, planes.count) <= 2048


@pytest.mark.parametrize(("mode", "name"), [("voxel", "oblique"), ("world", "axial"), ("", "")])
def test_a_word_that_is_unknown_is_told(mode, name):
    with pytest.raises(WrongUse, match="no such planes"):
        planes_of(oblique_grid(), mode, name)
