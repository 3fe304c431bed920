"""The moving scan, and labels of it, on the fixed scan's grid: sampled once, through the whole transform."""

from __future__ import annotations

from typing import Any

import numpy as np

from scan2train.grid import FloatArray, Grid
from scan2train.recipe.fill import fill_value
from scan2train.sampling.memory import read_only
from scan2train.tools.register.itk import as_transform, inverse_of, lps_affine
from scan2train.tools.register.threads import threads
from scan2train.volume import Array, Labels, Mask, Volume

#: Voxels of a piece whose displacements are in memory at once.
_PIECE = 8_000_000


def image_onto(moving: Volume, grid: Grid, transform: Any, *, jobs: int) -> Volume:
    """``moving`` on ``grid``, linear between voxels; not valid where it has no data.

    Voxels without data weigh nothing; a new voxel is valid where at least half of its weight fell on real ones.
    """
    import SimpleITK

    between = _between(moving.grid, grid, transform, 0)
    fill = fill_value(moving)
    source = moving.array.T
    # Of doubles only where single precision cannot hold the values.
    kind = np.float64 if source.dtype.itemsize > 4 or source.dtype in (np.int32, np.uint32) else np.float32
    real = np.isfinite(source) if moving.valid is None else moving.valid.T & np.isfinite(source)

    def on_it(values: Array, outside: float) -> Array:
        image = SimpleITK.GetImageFromArray(np.ascontiguousarray(values))
        made: Array = SimpleITK.GetArrayFromImage(
            SimpleITK.Resample(
                image,
                list(grid.shape),
                between,
                SimpleITK.sitkLinear,
                [0.0] * 3,
                [1.0] * 3,
                np.eye(3).ravel().tolist(),
                outside,
            )
        )
        return made

    with threads(jobs):
        if real.all():
            values = on_it(source.astype(kind), float("nan"))
            valid: Mask = ~np.isnan(values)
        else:
            values = on_it(np.where(real, source, 0).astype(kind), 0.0)
            weight = on_it(real.astype(np.float32), 0.0)
            valid = weight >= 0.5
            values /= np.where(valid, weight, 1)
    values[~valid] = fill
    return Volume(
        array=values.T, grid=grid, unit=moving.unit, valid=None if valid.all() else valid.T, meta=moving.meta
    )


def labels_onto(labels: Labels, grid: Grid, transform: Any, *, nearest: bool, jobs: int) -> Labels:
    """``labels`` on ``grid``; each interpolated by itself and the largest wins, or the nearest voxel's."""
    import SimpleITK

    from scan2train.kernels.resample_displaced import displaced_labels

    stored = read_only(labels.array.T.astype(_kind(labels.array), copy=False))
    out = np.empty(grid.shape[::-1], stored.dtype)
    i, j, k = grid.shape
    step = max(1, _PIECE // (i * j))
    with threads(jobs):
        for begin in range(0, k, step):
            size = [i, j, min(step, k - begin)]
            between = _between(labels.grid, grid, transform, begin)
            field = SimpleITK.TransformToDisplacementField(between, SimpleITK.sitkVectorFloat32, size)
            # The view does not keep the image: it must be held until its values are copied.
            shifts = np.ascontiguousarray(np.moveaxis(SimpleITK.GetArrayViewFromImage(field), -1, 0))
            piece = out[begin : begin + step]
            if nearest:
                _nearest(stored, shifts, piece)
            else:
                displaced_labels(stored, shifts, piece)
    return labels.replace(array=out.T.astype(labels.array.dtype, copy=False), grid=grid, valid=None)


def _kind(array: Array) -> type[np.integer[Any]]:
    """One of the three types that the kernel is compiled for."""
    if array.dtype in (np.uint8, np.bool_):
        return np.uint8
    low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
    return np.int32 if low >= -(1 << 31) and high < 1 << 31 else np.int64


def _nearest(stored: Array, shifts: Array, out: Array) -> None:
    """The nearest voxel's label; 0 beyond the outer faces."""
    index, inside = [], np.ones(out.shape, np.bool_)
    for axis, size in enumerate(stored.shape):
        along = np.arange(out.shape[axis], dtype=np.float32).reshape(
            [-1 if one == axis else 1 for one in range(3)]
        )
        at = np.floor(along + shifts[2 - axis] + 0.5).astype(np.int32)
        inside &= (at >= 0) & (at < size)
        index.append(at.clip(0, size - 1))
    out[...] = np.where(inside, stored[tuple(index)], 0)


def _between(moving: Grid, fixed: Grid, transform: Any, first: int) -> Any:
    """From indices of ``fixed``, counted from its slice ``first``, to those of ``moving``: any affines, sheared too."""
    import SimpleITK

    onto: FloatArray = lps_affine(fixed).copy()
    onto[:3, 3] += onto[:3, 2] * first
    whole = SimpleITK.CompositeTransform(3)
    whole.AddTransform(as_transform(inverse_of(lps_affine(moving))))
    whole.AddTransform(transform)
    whole.AddTransform(as_transform(onto))
    return whole
