"""Uneven slices resampled to a regular grid from their true places."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from scan2train.grid import Grid
from scan2train.reading.lattice import Lattice
from scan2train.recipe.fill import fill_value
from scan2train.sampling import Sampling, ValueMap, sample
from scan2train.volume import Array, Mask, Volume

#: A voxel is real where at least half of its weight fell on real ones: as wherever something is resampled.
_HALF = 0.5
#: One slice in the air: its values, and which of them are real.
_Plane = tuple[Array, Mask]


def regrid(volume: Volume, lattice: Lattice, *, nearest: bool = False) -> Volume:
    """Resample a volume whose slices lie where ``lattice`` says to the grid of ``lattice``.

    Each value is interpolated linearly between the two nearest real slices, along the line of the stack; a slice that
    is shifted within its plane is interpolated there as well, and does not reach beyond its edges. Padding weighs
    nothing. With ``nearest`` the nearest real value is taken, for labels.

    Returns
    -------
    Values of the type that they had, whole numbers rounded. Slices further than half a gap from every real one hold
    what is interpolated, and are false in ``valid``.
    """
    of_slice = _slices(volume, lattice, nearest)
    shape = (*lattice.grid.shape[2::-1], *volume.array.shape[3:])
    out = np.empty(shape, volume.array.dtype)
    valid = np.empty(shape[:3], np.bool_)
    invented = lattice.invented
    fill = fill_value(volume)
    for k in range(len(out)):
        values, real = _between(lattice.at, k, of_slice, nearest=nearest)
        out[k] = _in_type(np.where(_wide(real, values), values, fill), out.dtype)
        valid[k] = real & ~invented[k]
    return volume.replace(
        array=out.transpose(2, 1, 0, *range(3, out.ndim)),
        grid=lattice.grid,
        valid=None if valid.all() else valid.transpose(2, 1, 0),
    )


def _between(at: Array, k: int, of_slice: Callable[[int], _Plane], *, nearest: bool) -> _Plane:
    """Slice ``k`` of the grid, from the real slices before and behind it."""
    behind = min(int(np.searchsorted(at, k)), len(at) - 1)
    if at[behind] == k or behind == 0:
        return of_slice(behind)
    before = behind - 1
    far = float((k - at[before]) / (at[behind] - at[before]))
    if nearest or far >= 1:
        return of_slice(before if far <= _HALF else behind)
    (low, low_real), (high, high_real) = of_slice(before), of_slice(behind)
    a, b = (1 - far) * low_real, far * high_real
    weight = a + b
    share = np.divide(b, weight, out=np.zeros_like(weight), where=weight > 0)
    wide = _wide(share, low)
    # So that what is the same in both stays the same to the last bit.
    mixed = np.where(wide == 1, high, low + wide * (high.astype(np.float64) - low))
    return mixed, weight >= _HALF


def _slices(volume: Volume, lattice: Lattice, nearest: bool) -> Callable[[int], _Plane]:
    """Gives real slices, ``(j, i[, c])``, each shifted within its plane to where the grid is."""
    shape = volume.array.shape[:2]
    still = Grid((*shape, 1), np.eye(4), physical=False)
    sampling = Sampling("nearest" if nearest else "linear", antialias=False)
    fill = fill_value(volume)

    @lru_cache(maxsize=2)
    def of_slice(n: int) -> _Plane:
        one = slice(n, n + 1)
        valid = None if volume.valid is None else volume.valid[:, :, one]
        plane = volume.replace(array=volume.array[:, :, one], grid=still, valid=valid)
        if lattice.shift[n].any():
            moved = np.eye(4)
            moved[:2, 3] = lattice.shift[n]
            there = plane.replace(grid=Grid(still.shape, moved, physical=False))
            plane = sample(there, still, sampling, ValueMap(), fill=fill)
        real = np.ones(shape, np.bool_) if plane.valid is None else plane.valid[:, :, 0]
        return plane.array[:, :, 0].swapaxes(0, 1), real.T

    return of_slice


def _wide(plane: Array, like: Array) -> Array:
    """``(j, i)`` with an axis for channels where ``like`` has one."""
    return plane[..., None] if like.ndim > plane.ndim else plane


def _in_type(values: Array, dtype: np.dtype[Any]) -> Array:
    if dtype.kind not in "iu":
        return values.astype(dtype)
    info = np.iinfo(dtype)
    return np.rint(values).clip(info.min, info.max).astype(dtype)
