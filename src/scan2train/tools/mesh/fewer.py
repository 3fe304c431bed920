"""Fewer triangles, within an error that is measured."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scan2train.tools.mesh.surface import Faces, FloatArray, Surface

_ROUNDS = 16
#: Boxes that triangles are sorted into, along the longest axis.
_BOXES = 192
#: How often it is tried again with what came out too far away left as it was; the last time with half the error.
_TRIES = 4
#: So many lengths of an edge around a place that came out too far away, everything is left as it was.
_AROUND = 4


def fewer(surface: Surface, error_mm: float) -> tuple[Surface, float]:
    """A surface of fewer triangles, and its Hausdorff distance to the one that was given, ``error_mm`` at most.

    What comes out is measured as by :func:`hausdorff_mm`. Where it is too far away, the points around are left as they
    were and it is tried again; if that is not enough, all triangles stay.
    """
    from scipy.spatial import KDTree

    from scan2train.kernels.decimate import decimate

    if error_mm <= 0:
        return surface, 0.0
    middle = surface.points.mean(axis=0)
    kept = np.zeros(len(surface.points), np.uint8)
    for n in range(_TRIES):
        points, faces = surface.points - middle, surface.faces.copy()
        allowed = error_mm if n < _TRIES - 1 else error_mm / 2
        decimate(points, faces, allowed**2, _ROUNDS, kept)
        made = _used(points + middle, faces[faces[:, 0] >= 0])
        found = [_distances(*pair, 2 * error_mm, error_mm) for pair in ((made, surface), (surface, made))]
        apart = max(float(distances.max()) for _, distances in found)
        if apart <= error_mm:
            return made, apart
        wrong = np.concatenate([places[distances > error_mm] for places, distances in found])
        edge = float(np.sqrt(2 * surface.area_mm2 / len(surface.faces)))
        near, _ = KDTree(wrong).query(surface.points, distance_upper_bound=_AROUND * edge + error_mm)
        kept[np.isfinite(near)] = 1
    return surface, 0.0


def hausdorff_mm(one: Surface, other: Surface, reach_mm: float) -> float:
    """The largest distance from one to the other, both ways; infinity where it is more than ``reach_mm``.

    It is taken from all points, and from points within triangles that lie as dense as those of the finer surface.
    """
    return max(float(_distances(*pair, reach_mm, reach_mm)[1].max()) for pair in ((one, other), (other, one)))


def _distances(one: Surface, other: Surface, reach: float, enough: float) -> tuple[FloatArray, FloatArray]:
    """Places all over one surface, and their distances to the other: exact for the largest, and above ``enough``."""
    from scan2train.kernels.mesh_distance import mesh_distance

    dense = float(np.sqrt(min(x.area_mm2 / len(x.faces) for x in (one, other))))
    places = _spread(one, dense)
    low = np.minimum(other.points.min(axis=0), places.min(axis=0)) - reach
    high = np.maximum(other.points.max(axis=0), places.max(axis=0)) + reach
    step = max(float((high - low).max()) / _BOXES, reach, 2 * dense)
    shape = np.ceil((high - low) / step).astype(np.int64) + 1
    found = np.empty(len(places))
    mesh_distance(places, other.points, other.faces, low, step, shape, reach, enough, found)
    return places, found


def _spread(surface: Surface, dense: float) -> FloatArray:
    """All points, and a lattice of points in each triangle."""
    corners = surface.points[surface.faces]
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    parts = np.ceil(longest / dense).astype(np.int64).clip(1, 64)
    places = [surface.points]
    for n in np.unique(parts).tolist():
        own = corners[parts == n]
        shares = _lattice(n)
        places.append((shares @ own).reshape(-1, 3))
    return np.concatenate(places)


def _lattice(n: int) -> npt.NDArray[np.float64]:
    """Barycentric coordinates of the centres of ``n`` rows of small triangles."""
    a, b = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    within = a + b < n
    first, second = (a[within] + 1 / 3) / n, (b[within] + 1 / 3) / n
    return np.stack([first, second, 1 - first - second], axis=1)


def _used(points: FloatArray, faces: Faces) -> Surface:
    names = np.unique(faces)
    return Surface(points=points[names], faces=np.searchsorted(names, faces))
