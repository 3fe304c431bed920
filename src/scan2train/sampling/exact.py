"""Grids that fall on one another: no voxel is computed, they are only picked, turned over and padded."""

from __future__ import annotations

import numpy as np

from scan2train.grid import Grid
from scan2train.sampling.alignment import Alignment
from scan2train.volume import Array, Mask


def pick(array: Array, alignment: Alignment, target: Grid, fill: float) -> tuple[Array, Mask | None]:
    """``array`` (``(i, j, k[, c])``) on ``target``, and which of its voxels lie in the source.

    A view where nothing is padded; the mask is then ``None``.
    """
    source_slices, target_slices = [slice(None)] * 3, [slice(None)] * 3
    for t, s in enumerate(alignment.axes):
        sign, offset = int(alignment.factors[t]), round(alignment.offsets[t])
        # Targets whose source index sign * o + offset lies in 0 .. n - 1.
        n, ends = array.shape[s], (-offset * sign, (array.shape[s] - 1 - offset) * sign)
        first, last = max(min(ends), 0), min(max(ends), target.shape[t] - 1)
        target_slices[t] = slice(first, max(last + 1, first))
        begin, end = sign * first + offset, sign * last + offset + sign
        source_slices[s] = slice(0, 0) if last < first else slice(begin, end if 0 <= end <= n else None, sign)
    rest = range(3, array.ndim)
    inner = array[tuple(source_slices)].transpose(*alignment.axes, *rest)
    if inner.shape[:3] == target.shape:
        return inner, None
    # The memory order of a stack, (k, j, i), so that later steps need no copy.
    shape = (*target.shape, *array.shape[3:])
    out = np.full(shape[2::-1] + shape[3:], _in_type(fill, array)).transpose(2, 1, 0, *rest)
    inside = np.zeros(target.shape[::-1], dtype=np.bool_).T
    out[tuple(target_slices)] = inner
    inside[tuple(target_slices)] = True
    return out, inside


def _in_type(fill: float, array: Array) -> Array:
    """The fill value, or the nearest that the array's type can hold."""
    if array.dtype.kind in "iu":
        info = np.iinfo(array.dtype)
        fill = min(max(round(fill), info.min), info.max)
    return np.array(fill).astype(array.dtype)
