"""The convex hull of a mask's surface, and the largest distance across it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

#: Distances are taken of so many pairs at once.
_AT_ONCE = 1 << 22


class ConvexHull(NamedTuple):
    """In the unit of the matrix that it was made with, and its square and cube."""

    volume: float
    area: float
    diameter: float


def convex_hull(mask: npt.NDArray[np.bool_], matrix: FloatArray) -> ConvexHull:
    """The hull of the surface that runs through the middle between voxels within and without.

    Parameters
    ----------
    mask
        ``(i, j, k)``, with one voxel at least; it ends at the array's border.
    matrix
        3×3, takes steps of indices to steps in the world.
    """
    import scipy.spatial

    hull = scipy.spatial.ConvexHull(_surface_around(_corners(mask)) @ matrix.T)
    corners = hull.points[hull.vertices]
    return ConvexHull(float(hull.volume), float(hull.area), _diameter(corners))


def _corners(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """``(n, 3)``: indices of the voxels that may be corners of the hull of all."""
    from scan2train.kernels.slice_hulls import slice_hulls

    stored = np.ascontiguousarray(mask.T).view(np.uint8)
    corners = np.empty((2 * stored.shape[0] * stored.shape[1], 3), np.int64)
    return corners[: slice_hulls(stored, corners)]


def _surface_around(voxels: npt.NDArray[np.int64]) -> FloatArray:
    """The points half a voxel to each side. Beyond a corner of the hull nothing lies, so that the surface is there."""
    halves = np.concatenate([np.eye(3), -np.eye(3)]) / 2
    return (voxels[:, None] + halves).reshape(-1, 3)


def _diameter(points: FloatArray) -> float:
    from scipy.spatial.distance import cdist

    step = max(1, _AT_ONCE // len(points))
    parts = (cdist(points[at : at + step], points[at:]).max() for at in range(0, len(points), step))
    return float(max(parts))
