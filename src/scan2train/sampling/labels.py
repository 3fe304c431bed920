"""Labels on another grid: no value appears that was not there, and none is blended."""

from __future__ import annotations

import numpy as np

from scan2train.grid import Grid
from scan2train.sampling.alignment import align, index_map
from scan2train.sampling.exact import pick
from scan2train.sampling.image import axis_tables
from scan2train.sampling.memory import read_only
from scan2train.sampling.method import Sampling
from scan2train.volume import Array, Labels

#: Labels from here on need more than 32 bits.
_BEYOND = 1 << 31


def sample_labels(labels: Labels, grid: Grid, sampling: Sampling) -> Labels:
    """``labels`` on ``grid``; background beyond the outer faces of the source.

    Each label is interpolated linearly as a picture of its own, averaged where the grid shrinks if ``sampling``
    asks for it, and the largest wins: what one-hot coding and arg-max give. ``nearest`` takes the nearest voxel.
    """
    from scan2train.kernels.resample_labels import resample_labels, resample_labels_affine

    alignment = align(labels.grid, grid)
    if alignment is not None and alignment.exact:
        array, inside = pick(labels.array, alignment, grid, 0)
        valid = inside if labels.valid is None else pick(labels.valid, alignment, grid, 0)[0]
        return labels.replace(array=array, grid=grid, valid=valid)
    safe = Sampling(
        "nearest" if sampling.interpolation == "nearest" else "linear", antialias=sampling.antialias
    )
    stored = _stored(labels.array)
    out = np.empty(grid.shape[::-1], stored.dtype)
    if alignment is None:
        matrix = index_map(labels.grid, grid)[:3]
        nearest = safe.interpolation == "nearest"
        steps = np.linalg.norm(matrix[:, :3], axis=0) if safe.antialias and not nearest else np.ones(3)
        # A place to every voxel of the source that the step takes in, and no more than all of them.
        parts = np.clip(np.ceil(steps - 1e-6), 1, min(max(labels.grid.shape), 64)).astype(np.int64)
        resample_labels_affine(stored, matrix, nearest, parts, out)
    else:
        order = tuple(2 - axis for axis in reversed(alignment.axes))
        stored = read_only(stored.transpose(order))
        tables, _ = axis_tables(alignment, labels.grid, grid, safe, np.dtype(np.float64))
        resample_labels(stored, *tables, out)
    return labels.replace(array=out.T.astype(labels.array.dtype, copy=False), grid=grid, valid=None)


def _stored(array: Array) -> Array:
    """``(k, j, i)`` in one of the three types that the kernels are compiled for."""
    kind = array.dtype
    fits = np.uint8 if kind in (np.uint8, np.bool_) else np.int32 if _small(array) else np.int64
    return read_only(array.T.astype(fits, copy=False))


def _small(array: Array) -> bool:
    return np.can_cast(array.dtype, np.int32) or (
        array.size > 0 and int(array.min()) >= -_BEYOND and int(array.max()) < _BEYOND
    )
