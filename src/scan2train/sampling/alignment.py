"""How two grids lie to one another: voxel on voxel, axis along axis, or freely turned."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TypeVar

import numpy as np

from scan2train.grid import FloatArray, Grid

_T = TypeVar("_T")

#: Grids count as aligned where no voxel centre is off by more than this, in voxels of the source.
ALIGNED_VOXELS = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """For each target axis (i, j, k): the source axis beside it, and ``source = factor * target + offset``."""

    axes: tuple[int, int, int]
    factors: tuple[float, float, float]
    offsets: tuple[float, float, float]

    @property
    def exact(self) -> bool:
        """Whether every target centre is a source centre, or would be one beyond the source's border."""
        whole = all(abs(offset - round(offset)) <= ALIGNED_VOXELS for offset in self.offsets)
        return whole and all(abs(factor) == 1.0 for factor in self.factors)


def index_map(source: Grid, target: Grid) -> FloatArray:
    """4×4: takes an index of ``target`` to the (fractional) index of ``source`` at the same place."""
    matrix: FloatArray = source.inverse @ target.affine
    return matrix


def align(source: Grid, target: Grid) -> Alignment | None:
    """How ``target``'s axes run along ``source``'s; ``None`` where they are turned or sheared against them."""
    matrix = index_map(source, target)
    reach = np.maximum(np.asarray(target.shape, dtype=np.float64) - 1, 1)
    drift = np.abs(matrix[:3, :3]) * reach  # voxels of the source, over the whole length of each target axis
    axes = tuple(int(axis) for axis in np.abs(matrix[:3, :3]).argmax(axis=0))
    if sorted(axes) != [0, 1, 2]:
        return None
    along = np.zeros((3, 3), dtype=bool)
    along[axes, range(3)] = True
    if drift[~along].max() > ALIGNED_VOXELS:
        return None
    factors = []
    for t, s in enumerate(axes):
        factor = float(matrix[s, t])
        # A factor of one up to rounding is one: otherwise reorientation would interpolate.
        factors.append(
            float(np.sign(factor)) if (abs(abs(factor) - 1) * reach[t]) <= ALIGNED_VOXELS else factor
        )
    offsets = tuple(float(matrix[s, 3]) for s in axes)
    return Alignment(axes=_three(axes), factors=_three(tuple(factors)), offsets=_three(offsets))


def covers(outer: Grid, inner: Grid) -> bool:
    """Whether every voxel centre of ``inner`` lies within the outer faces of ``outer``."""
    ends = np.array(list(product(*[(0, n - 1) for n in inner.shape])), dtype=np.float64)
    indices = outer.to_index(inner.to_world(ends))
    limits = np.asarray(outer.shape) - 0.5
    return bool((indices >= -0.5 - ALIGNED_VOXELS).all() and (indices <= limits + ALIGNED_VOXELS).all())


def _three(values: tuple[_T, ...]) -> tuple[_T, _T, _T]:
    a, b, c = values
    return a, b, c
