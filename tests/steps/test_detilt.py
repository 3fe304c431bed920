"""A sheared grid becomes a straight one, and every voxel stays where it is in the world."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings

from scan2train.grid import Grid
from scan2train.recipe import Recipe
from scan2train.steps.detilt import Detilt
from scan2train.steps.resample import Resample
from scan2train.testing.phantoms.fields import position_encoding
from scan2train.testing.strategies import grids, volumes
from scan2train.volume import Labels, Volume

#: What float32 rounds of a sum of coordinates of a few hundred mm.
_ROUNDING_MM = 2e-3
_WEIGHTS = (1.0, 0.83, 1.31)


def tilted(shape: tuple[int, int, int] = (9, 11, 7), shift_mm: float = 3.7) -> Grid:
    affine = np.diag([0.7, 0.9, 2.5, 1.0])
    affine[:3, 3] = (-31.0, 17.0, 250.0)
    affine[:3, 2] = (0.0, shift_mm, 2.5)
    return Grid(shape, affine)


def inside(made: Grid, source: Grid) -> np.ndarray:
    """Voxels of ``made`` that lie among the centres of ``source``, where nothing is continued."""
    every = np.stack(np.meshgrid(*(np.arange(n) for n in made.shape), indexing="ij"), axis=-1)
    index = source.to_index(made.to_world(every))
    return ((index >= -1e-6) & (index <= np.array(source.shape) - 1 + 1e-6)).all(axis=-1)


@settings(max_examples=60)
@given(grids(shear=True))
def test_the_grid_is_straight_and_holds_every_voxel(grid: Grid) -> None:
    made = Detilt().grid(grid)
    if grid.shear < 1e-4:
        assert made == grid
        return
    assert made.shear < 1e-9
    np.testing.assert_allclose(made.affine[:3, :2], grid.affine[:3, :2], atol=1e-9)
    normal = np.cross(grid.direction[:, 0], grid.direction[:, 1])
    assert made.spacing[2] == pytest.approx(abs(normal @ grid.affine[:3, 2]))
    assert made.affine[:3, 2] @ grid.affine[:3, 2] > 0
    assert made.shape[2] == grid.shape[2]
    # Half a voxel around the outermost centres of each slice's plane: the slanted faces between slices are nobody's.
    ends = [(-0.5, grid.shape[0] - 0.5), (-0.5, grid.shape[1] - 0.5), (0, grid.shape[2] - 1)]
    corners = made.to_index(grid.to_world(list(product(*ends))))
    assert (corners >= -0.5 - 1e-6).all()
    assert (corners <= np.array(made.shape) - 0.5 + 1e-6).all()
    # Nor is it larger than it must be: a voxel less at any side would lose some.
    assert (corners.min(axis=0) < 0.5).all()
    assert (corners.max(axis=0) > np.array(made.shape) - 1.5).all()


@settings(max_examples=30)
@given(grids(shear=True))
def test_every_value_stays_at_its_place(grid: Grid) -> None:
    made = Detilt()(position_encoding(grid, _WEIGHTS, dtype=np.float64))
    expected = position_encoding(made.grid, _WEIGHTS, dtype=np.float64).array
    among = inside(made.grid, grid)
    off = np.abs(made.array - expected)[among]
    assert off.size == 0 or off.max() < _ROUNDING_MM
    assert made.valid is None or made.valid[among].all()


@settings(max_examples=25)
@given(volumes(on=grids(shear=True)))
def test_it_takes_itself_back(volume: Volume) -> None:
    made = Detilt()(volume)
    back = Detilt().undo(volume.grid)
    assert back is not None
    undone = back(made)
    assert undone.grid.distance_in_voxels(volume.grid) < 1e-6
    # The first slice was not moved, so that its values come back as they were.
    real = np.ones(volume.grid.shape, dtype=bool) if volume.valid is None else volume.valid
    kept = np.ones(undone.grid.shape, dtype=bool) if undone.valid is None else undone.valid
    first = real[:, :, 0] & kept[:, :, 0]
    if volume.valid is None:
        assert first.all()
        np.testing.assert_allclose(undone.array[:, :, 0][first], volume.array[:, :, 0][first], atol=0.1)


def test_the_size_follows_from_the_shift_of_the_last_slice() -> None:
    made = Detilt().grid(tilted())
    assert made.shape == (9, 11 + int(np.ceil(6 * 3.7 / 0.9)), 7)
    np.testing.assert_allclose(made.affine[:3, 3], (-31.0, 17.0, 250.0), atol=1e-9)
    other = Detilt().grid(tilted(shift_mm=-3.7))
    assert other.shape == made.shape
    assert other.to_index((-31.0, 17.0, 250.0)) == pytest.approx((0, made.shape[1] - 11, 0))


def test_the_first_slice_is_not_interpolated_and_space_beyond_is_padding() -> None:
    values = np.random.default_rng(1).integers(-1000, 2000, (9, 11, 7)).astype(np.int16)
    made = Detilt()(Volume(array=values, grid=tilted(), unit="HU"))
    np.testing.assert_array_equal(made.array[:, :11, 0], values[:, :, 0])
    assert made.valid is not None
    assert made.valid[:, :11, 0].all()
    assert not made.valid[:, 12:, 0].any()
    assert (made.array[:, 12:, 0] == -1000).all()
    assert made.valid.sum(axis=(0, 1)).tolist() == [9 * 11] * 7


def test_whole_shifts_compute_no_value() -> None:
    values = np.random.default_rng(2).integers(0, 9, (9, 11, 7)).astype(np.uint8)
    made = Detilt()(Labels(array=values, grid=tilted(shift_mm=1.8)))
    for k in range(7):
        np.testing.assert_array_equal(made.array[:, 2 * k : 2 * k + 11, k], values[:, :, k])


def test_a_spacing_asked_for_afterwards_does_not_blur_the_shift() -> None:
    rng = np.random.default_rng(3)
    grid = tilted((40, 48, 9), shift_mm=3.6)
    volume = Volume(array=rng.normal(0, 100, grid.shape).astype(np.float32), grid=grid)
    straight = Detilt().grid(grid)
    after = Resample(spacing_mm=straight.spacing)
    ready, _ = Recipe(steps=(Detilt(), after)).run(volume)
    # Four pixels a slice: averaging over them would leave half of the noise.
    assert ready.valid is not None
    assert ready.array[ready.valid].std() == pytest.approx(volume.array.std(), rel=0.02)


def test_a_straight_grid_stays() -> None:
    volume = Volume(array=np.zeros((4, 5, 6), np.int16), grid=Grid.from_axes((4, 5, 6)))
    assert Detilt()(volume) is volume
