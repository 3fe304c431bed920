"""Fewer triangles, within an error that is measured."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scan2train.tools.mesh.distance import Farness, hausdorff_mm, measure, places_in, spaced
from scan2train.tools.mesh.surface import Faces, FloatArray, Surface

_ROUNDS = 6
#: How often it is tried again with what came out too far away left as it was.
_TRIES = 6
#: So many triangles around a place that came out too far away, everything is left as it was; twice as many in each
#: further try.
_AROUND = 8


def fewer(surface: Surface, error_mm: float) -> tuple[Surface, float]:
    """A surface of fewer triangles, and its Hausdorff distance to the one that was given, ``error_mm`` at most.

    What comes out is measured as by :func:`~scan2train.tools.mesh.distance.hausdorff_mm`. Where it is too far away, the
    points around are left as they were and it is tried again; if that is not enough, all triangles stay.
    """
    from scipy.spatial import KDTree

    from scan2train.kernels.decimate import decimate

    if error_mm <= 0:
        return surface, 0.0
    middle = surface.points.mean(axis=0)
    dense = spaced(surface)  # of two surfaces the finer one
    kept = np.zeros(len(surface.points), np.uint8)
    there, back = Farness.unknown(surface), Farness.unknown(surface)
    old = None
    for n in range(_TRIES):
        points, faces = surface.points - middle, surface.faces.copy()
        decimate(points, faces, error_mm**2, _ROUNDS, kept)
        made = Surface(points=points + middle, faces=faces)
        if old is not None:
            _ask_again(old, made, surface, there, back, error_mm)
        there.corners[~_corners_of(made)] = 0
        there.triangles[faces[:, 0] < 0] = 0
        measure(made, surface, there, dense, 2 * error_mm, error_mm)
        measure(surface, made, back, dense, 2 * error_mm, error_mm)
        if max(there.most, back.most) <= error_mm:
            used, names, alive = _used(made)
            known = Farness(corners=there.corners[names], triangles=there.triangles[alive])
            return used, hausdorff_mm(used, surface, 2 * error_mm, (known, back))
        wrong = np.concatenate(
            [places_in(one, far, dense, error_mm) for one, far in ((made, there), (surface, back))]
        )
        reach = _AROUND * 2**n * dense + error_mm
        near, _ = KDTree(wrong).query(surface.points, distance_upper_bound=reach)
        kept[np.isfinite(near)] = 1
        old = made
    return surface, 0.0


def _ask_again(
    old: Surface, new: Surface, surface: Surface, there: Farness, back: Farness, error_mm: float
) -> None:
    """Ask again for what another try may have changed: for new triangles, and for what lay near those that went."""
    moved = (old.points != new.points).any(axis=1)
    same = (old.faces == new.faces).all(axis=1) & ~moved[new.faces].any(axis=1)
    there.triangles[~same] = np.nan
    there.corners[moved | ~_corners_of(old)] = np.nan
    gone = old.points[old.faces[(old.faces[:, 0] >= 0) & ~same]]
    if not len(gone):
        return
    # What was near to a triangle that went lies in its box, widened. No box is larger than a cell, so that its corners
    # lie in all cells that it meets.
    longest = _longest(surface.points[surface.faces])
    low, high = gone.min(axis=1) - error_mm - longest, gone.max(axis=1) + error_mm + longest
    cell = float((high - low).max())
    start = np.minimum(low.min(axis=0), surface.points.min(axis=0))
    shape = ((np.maximum(high.max(axis=0), surface.points.max(axis=0)) - start) // cell).astype(np.int64) + 1
    near = np.zeros(shape, np.bool_)
    for ends in np.ndindex(2, 2, 2):
        near[tuple(((np.where(ends, high, low) - start) // cell).astype(np.int64).T)] = True
    at = near[tuple(((surface.points - start) // cell).astype(np.int64).T)]
    back.corners[at] = np.nan
    back.triangles[at[surface.faces].any(axis=1)] = np.nan


def _longest(corners: FloatArray) -> float:
    """The length of the longest edge of all triangles ``(m, 3, 3)``."""
    return float(np.sqrt(((corners - np.roll(corners, 1, axis=1)) ** 2).sum(axis=2).max()))


def _corners_of(surface: Surface) -> npt.NDArray[np.bool_]:
    """Which points are corners of a triangle that is there."""
    found = np.zeros(len(surface.points), np.bool_)
    found[surface.faces[surface.faces[:, 0] >= 0]] = True
    return found


def _used(made: Surface) -> tuple[Surface, Faces, npt.NDArray[np.bool_]]:
    """The surface without what is gone; the numbers of the points that stay, and which triangles do."""
    alive = made.faces[:, 0] >= 0
    names = np.unique(made.faces[alive])
    return (
        Surface(points=made.points[names], faces=np.searchsorted(names, made.faces[alive])),
        names,
        alive,
    )
