"""Pixels of planes that lie in a grid's own lattice: where each of them belongs, without resampling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scan2train.grid import FloatArray, Grid

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laid:
    """Planes in a grid: pixel ``(r, c)`` of plane ``n`` is voxel ``first[n] + r * down[n] + c * right[n]``.

    ``off_voxels`` is how far each plane's farthest pixel is from the voxel it is given; ``nan`` or more than a half
    where it is none of the lattice.
    """

    first: Ints
    right: Ints
    down: Ints
    off_voxels: FloatArray


def lay(grid: Grid, first: FloatArray, right: FloatArray, down: FloatArray, shape: tuple[int, int]) -> Laid:
    """Find the voxels of planes of ``shape`` (rows, columns) in a grid.

    Parameters
    ----------
    first, right, down
        ``(n, 3)`` in RAS+ mm: the centre of each plane's first pixel, and the steps to the next column and row.
    """
    inverse = grid.inverse[:3, :3]
    at, across, along = grid.to_index(first), right @ inverse.T, down @ inverse.T
    whole = [np.round(np.clip(one, -(2.0**31), 2.0**31)) for one in (at, across, along)]
    off = np.abs(at - whole[0])
    off += (shape[1] - 1) * np.abs(across - whole[1]) + (shape[0] - 1) * np.abs(along - whole[2])
    worst: FloatArray = off.max(axis=1)
    unit = (np.abs(whole[1]).sum(axis=1) == 1) & (np.abs(whole[2]).sum(axis=1) == 1)
    unit &= (np.abs(whole[1]) != np.abs(whole[2])).any(axis=1)
    worst[~unit] = np.nan
    a, b, c = (one.astype(np.int64) for one in whole)
    return Laid(first=a, right=b, down=c, off_voxels=worst)


def put(
    values: npt.NDArray[np.generic], laid: Laid, n: int, shape: tuple[int, int, int]
) -> tuple[Ints, Ints]:
    """Where the pixels of plane ``n`` that are not 0 go: flat indices into ``values`` and into ``(k, j, i)`` voxels.

    Pixels beyond the grid are left out.
    """
    rows, columns = np.nonzero(values)
    voxels = laid.first[n] + rows[:, None] * laid.down[n] + columns[:, None] * laid.right[n]
    within = ((voxels >= 0) & (voxels < np.asarray(shape))).all(axis=1)
    i, j, k = voxels[within].T
    return (rows * values.shape[1] + columns)[within], (k * shape[1] + j) * shape[0] + i
