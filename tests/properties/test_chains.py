"""Chains of steps at random: values stay at their place in the world, and one pass gives what one by one gives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from scan2train.grid import Grid
from scan2train.recipe import Recipe
from scan2train.recipe.lookup import find_step
from scan2train.testing.phantoms.fields import position_encoding
from scan2train.volume import Volume

SEEDS = range(24)
#: Voxels from the border of what is real to which two interpolations reach.
RIM = 3


def _start(rng):
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    shape = tuple(int(n) for n in rng.integers(20, 30, 3))
    return Grid.from_axes(
        shape, spacing_mm=rng.uniform(0.6, 3, 3), direction=turn, origin_mm=rng.normal(0, 50, 3)
    )


def _exact(rng, shape):
    """A step that moves no value off its voxel."""
    order = rng.permutation(3)
    return [
        {"do": "reorient", "to": "".join(("RL", "AP", "SI")[axis][rng.integers(2)] for axis in order)},
        {"do": "flip", "axes": [int(rng.integers(3))]},
        {"do": "pad_to_multiple", "multiple": [4, 1, 5], "by": [0, 2, 0]},
        {"do": "pad_or_crop", "shape": [int(n) for n in np.array(shape) + rng.integers(-3, 4, 3)]},
        {"do": "crop", "start": [1, 2, 0], "size": [n - 3 for n in shape]},
    ][rng.integers(5)]


def _between(rng, grid):
    """A step that finds values between voxels."""
    spacing = np.array(grid.spacing)
    return [
        {"do": "resample", "spacing_mm": (spacing * rng.uniform(0.6, 1.0, 3)).tolist()},
        {"do": "resample", "spacing_mm": (spacing * rng.uniform(1.0, 1.7, 3)).tolist()},
        {"do": "resample_isotropic", "axis": "median"},
        {"do": "resample_to_shape", "shape": [int(n) for n in rng.integers(16, 34, 3)]},
    ][rng.integers(4)]


def _chain(rng, grid, n_between):
    words = ["exact"] * 4 + ["between"] * n_between
    rng.shuffle(words)
    steps = []
    for word in words:
        data = _exact(rng, grid.shape) if word == "exact" else _between(rng, grid)
        steps.append(find_step(data["do"]).from_json(data))
        grid = steps[-1].grid(grid)
    return steps


@pytest.mark.parametrize("seed", SEEDS)
def test_every_value_keeps_its_place_in_the_world(seed):
    rng = np.random.default_rng(seed)
    field = position_encoding(_start(rng), (1.0, 0.83, 1.31), dtype=np.float32)
    steps = _chain(rng, field.grid, n_between=2)
    made, _ = Recipe(steps=tuple(steps)).run(field)
    expected = position_encoding(made.grid, (1.0, 0.83, 1.31)).array
    real = np.ones(made.grid.shape, bool) if made.valid is None else made.valid
    # A kernel that lacks voxels on one side takes the mean of those that are there, which lie off by up to half of it:
    # each interpolation so blurs the rim of what is real. All the rest is held to its place.
    index = field.grid.to_index(made.grid.to_world(np.moveaxis(np.indices(made.grid.shape), 0, -1)))
    core = real & ((index >= RIM) & (index <= np.array(field.grid.shape) - 1 - RIM)).all(axis=-1)
    core &= ndimage.binary_erosion(real, np.ones((3, 3, 3)), iterations=RIM)
    assert core.any()
    assert np.abs(made.array - expected)[core].max() < 1e-3


@pytest.mark.parametrize("seed", SEEDS)
def test_one_pass_gives_what_one_by_one_gives(seed):
    rng = np.random.default_rng(100 + seed)
    grid = _start(rng)
    values = rng.integers(-1000, 1500, grid.shape).astype(np.int16)
    valid = rng.random(grid.shape) > 0.05
    volume = Volume(array=values, grid=grid, unit="HU", valid=valid)
    steps = _chain(rng, grid, n_between=1)
    steps.insert(int(rng.integers(len(steps) + 1)), find_step("clip")(low=-700.0, high=900.0))
    steps.insert(int(rng.integers(len(steps) + 1)), find_step("linear")(scale=-0.02, shift=3.0))
    together, _ = Recipe(steps=tuple(steps)).run(volume)
    alone = volume
    for step in steps:
        alone = step(alone)
    assert together.grid == alone.grid
    assert together.unit == alone.unit
    ours, theirs = (
        np.ones(grid.shape, bool) if one.valid is None else one.valid
        for grid, one in ((together.grid, together), (alone.grid, alone))
    )
    # A voxel with just half of its weight on real ones may go either way by rounding.
    assert (ours != theirs).mean() < 1e-3
    both = ours & theirs
    np.testing.assert_allclose(together.array[both], alone.array[both], atol=2e-3)
