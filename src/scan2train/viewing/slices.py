"""Slices of an image, or slabs of several: values on planes, its own or those of another image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.sampling.alignment import Alignment, align, index_map
from scan2train.sampling.change import constants
from scan2train.sampling.exact import pick
from scan2train.sampling.memory import read_only, result_type
from scan2train.sampling.method import Sampling
from scan2train.sampling.turned import sample_turned
from scan2train.sampling.value_map import ValueMap
from scan2train.viewing.image import Image
from scan2train.viewing.planes import Planes
from scan2train.volume import Array, Mask

#: What is shown of several slices.
HOW: Final = ("max", "min", "mean")
#: Sampled as it is, finer or coarser: what is looked at is one plane, not a grid that must hold all detail.
_LINEAR = Sampling("linear", antialias=False)
_MOST_SLICES = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slice:
    """Values ``(height, width[, c])``, and which of them are real; ``None`` where all are."""

    values: Array
    valid: Mask | None

    def with_nan(self) -> Array:
        """The values, as float32 with NaN where they are not real, if any are not."""
        if self.valid is None or self.valid.all():
            return self.values
        out = self.values.astype(np.float32)
        out[~self.valid] = np.nan
        return out


def slice_of(image: Image, planes: Planes, n: int, *, t: int = 0, slab: int = 1, how: str = "max") -> Slice:
    """Slice ``n`` of planes through an image, at point ``t`` of its dimension.

    Where the planes' pixels are voxels, values are those that are stored, in their type; elsewhere they are
    interpolated linearly, in floating point.

    Parameters
    ----------
    slab
        Slices that are shown as one, with ``n`` in the middle; fewer where they would lie beyond the first or last.
    how
        ``max``, ``min`` or ``mean`` of the real values of a slab.

    Raises
    ------
    WrongUse
        If there is no such slice, point or word.
    GridMismatch
        If the planes are in millimetres and the image in pixels, or the other way round.
    """
    planes.require_same_world(image.volume.grid)
    _require(n, planes.count, "slice")
    _require(t, image.times, "point of the dimension")
    if how not in HOW:
        raise WrongUse("a slab is shown otherwise", expected=" or ".join(HOW), found=repr(how)[:40])
    if not 1 <= slab <= _MOST_SLICES:
        raise WrongUse("a slab has 1 to 1000 slices", found=slab)
    first, last = max(n - (slab - 1) // 2, 0), min(n + slab // 2, planes.count - 1)
    values, valid = _on(image, planes.grid(first, last - first + 1), t)
    if slab > 1 and last > first:
        return _projected(values, valid, how)
    order = (1, 0, *range(2, values.ndim - 1))
    return Slice(values=values[:, :, 0].transpose(order), valid=None if valid is None else valid[:, :, 0].T)


def _require(at: int, count: int, what: str) -> None:
    if not 0 <= at < count:
        raise WrongUse(f"there is no such {what}", expected=f"0 to {count - 1}", found=at)


def _on(image: Image, grid: Grid, t: int) -> tuple[Array, Mask | None]:
    """Values of an image on a grid, ``(i, j, k[, c])``, and what is real there."""
    own = image.volume.grid
    alignment = align(own, grid)
    if alignment is not None and alignment.exact:
        return _picked(image, alignment, grid, t)
    stored = image.for_sampling(t)
    valid = None if image.volume.valid is None else read_only(image.volume.valid.T)
    matrix = index_map(own, grid)
    channels = stored if image.channels > 1 else stored[None]
    made, real = [], None
    for channel in channels:
        out = np.empty(grid.shape[::-1], result_type(stored.dtype))
        real = sample_turned(channel, valid, matrix, _LINEAR, constants(ValueMap(), out.dtype), 0.0, out)
        made.append(out.T)
    return made[0] if image.channels == 1 else np.stack(made, axis=-1), None if real is None else real.T


def _picked(image: Image, alignment: Alignment, grid: Grid, t: int) -> tuple[Array, Mask | None]:
    values, inside = pick(image.values(t), alignment, grid, 0)
    if image.volume.valid is not None:
        return values, pick(image.volume.valid, alignment, grid, 0)[0]
    return values, inside


def _projected(values: Array, valid: Mask | None, how: str) -> Slice:
    """Several slices as one."""
    real = valid if valid is None or values.ndim == 3 else valid[..., None]
    kind = values.dtype.kind
    if kind == "f" and (lost := np.isnan(values)).any():
        real = ~lost if real is None else real & ~lost
    if how == "mean":
        total = values.mean(axis=2, dtype=np.float32) if real is None else _mean(values, real)
    elif real is None:
        total = values.max(axis=2) if how == "max" else values.min(axis=2)
    else:
        low, high = _ends(values.dtype)
        some = real.any(axis=2)
        if how == "max":
            total = values.max(axis=2, where=real, initial=low)
        else:
            total = values.min(axis=2, where=real, initial=high)
        total = np.where(some, total, values[:, :, values.shape[2] // 2])
    order = (1, 0, *range(2, total.ndim))
    shown: Mask | None = None if valid is None else np.asarray(valid.any(axis=2)).T
    return Slice(values=total.transpose(order), valid=shown)


def _ends(dtype: np.dtype[Any]) -> tuple[float, float]:
    """The least and the greatest value of a type."""
    if dtype.kind == "b":
        return False, True
    if dtype.kind in "iu":
        return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    return -np.inf, np.inf


def _mean(values: Array, real: Array) -> Array:
    counts = np.maximum(real.sum(axis=2), 1)
    summed = values.sum(axis=2, where=real, dtype=np.float64)
    middle = values[:, :, values.shape[2] // 2]
    return np.where(real.any(axis=2), summed / counts, middle).astype(np.float32)
