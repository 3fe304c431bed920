"""Closed planar contours and the slices of a grid: drawn into them, and traced round what is in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scan2train.grid import FloatArray, Grid

#: A contour whose points lie farther than this from one plane of constant ``k``, in slices, lies in no slice.
FLAT_SLICES = 0.25
#: Contours closer than this along ``k``, in slices, lie in one plane.
SAME_PLANE_SLICES = 0.05
#: Points are taken to this part of a voxel, so that one that was meant to lie on a centre does.
_SNAP = 8192.0
#: Points farther out of the grid than this, in voxels, are beyond it.
_BEYOND = 1e-3
#: Areas are measured on so many times finer pixels.
_FINER = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """What became of contours.

    ``mask`` is boolean ``(i, j, k)`` over the part ``box`` of the grid. ``unmatched`` counts contours that lie in no
    slice, or not nearest to any, ``beyond`` those that reach out of the grid. ``off_slices`` is how far, in slices, the
    farthest drawn one lay from its slice, ``apart_slices`` how far apart their planes usually are, ``ml`` the volume
    that the drawn contours enclose, each as thick as that.
    """

    mask: npt.NDArray[np.bool_]
    box: tuple[slice, slice, slice]
    apart_slices: float
    unmatched: int
    beyond: int
    off_slices: float
    ml: float


def draw(contours: Sequence[FloatArray], grid: Grid) -> Drawn:
    """Draw closed contours into the slices (planes of constant ``k``) of a grid.

    Each plane of contours goes into the slice that it is nearest to, no farther than half a slice away. Where several
    planes are nearest to one slice, the nearest of them is drawn: areas of two planes are not mixed. Within a plane a
    voxel is inside where an odd number of contours surround its centre, so that holes are holes, as contours of their
    own and through a keyhole alike. A centre right on an edge is inside if the area lies towards larger ``i`` (or, on
    an edge along ``i``, towards larger ``j``) and outside if not; points count to 1/8192 of a voxel.

    Parameters
    ----------
    contours
        Each ``(n, 3)``, n at least 3, RAS+ mm.
    grid
        Any: oblique, sheared, flipped.
    """
    from scan2train.kernels.contours import fill

    ends = np.cumsum([len(one) for one in contours], dtype=np.int64)
    every = np.round(grid.to_index(np.concatenate([*contours, np.empty((0, 3))])) * _SNAP) / _SNAP
    placed = np.split(every, ends[:-1]) if contours else []
    at = np.array([one[:, 2].mean() for one in placed])
    spread = np.array([one[:, 2].max() - one[:, 2].min() for one in placed])
    slices = np.floor(at + 0.5)
    good = (spread <= 2 * FLAT_SLICES) & (slices >= 0) & (slices < grid.shape[2])
    box = _box([placed[n] for n in np.flatnonzero(good)], grid.shape)
    corner = np.array([box[0].start, box[1].start], dtype=np.float64)
    mask = np.zeros([one.stop - one.start for one in reversed(box)], dtype=np.uint8)
    drawn: list[int] = []
    square = 0.0
    for k in np.unique(slices[good]).astype(np.int64).tolist():
        here = np.flatnonzero(good & (slices == k))
        nearest = at[here[np.abs(at[here] - k).argmin()]]
        chosen = here[np.abs(at[here] - nearest) <= SAME_PLANE_SLICES].tolist()
        points = np.concatenate([placed[n][:, :2] for n in chosen]) - corner
        starts = np.cumsum([0, *(len(placed[n]) for n in chosen)])
        fill(points, starts, mask[k - box[2].start])
        square += _area(points, starts, mask.shape[1:])
        drawn += chosen
    limits = np.asarray(grid.shape[:2]) - 0.5 + _BEYOND
    beyond = sum(
        bool((placed[n][:, :2] < -0.5 - _BEYOND).any() or (placed[n][:, :2] > limits).any()) for n in drawn
    )
    off = np.abs(at[drawn] - slices[drawn]).max() if drawn else 0.0
    thickness = _thickness(at[good])
    return Drawn(
        mask=mask.view(np.bool_).transpose(2, 1, 0),
        box=box,
        apart_slices=thickness,
        unmatched=len(placed) - len(drawn),
        beyond=beyond,
        off_slices=float(off),
        ml=float(square * thickness * abs(np.linalg.det(grid.affine[:3, :3])) / 1000.0),
    )


def _box(contours: Sequence[FloatArray], shape: tuple[int, int, int]) -> tuple[slice, slice, slice]:
    """The part of the grid that contours reach into."""
    if not contours:
        return slice(0, 0), slice(0, 0), slice(0, 0)
    low = np.min([one.min(axis=0) for one in contours], axis=0)
    high = np.max([one.max(axis=0) for one in contours], axis=0)
    begin = np.clip(np.floor(low), 0, shape).astype(np.int64).tolist()
    end = np.clip(np.ceil(high) + 1, begin, shape).astype(np.int64).tolist()
    i, j, k = (slice(*ends) for ends in zip(begin, end, strict=True))
    return i, j, k


def outlines(mask: npt.NDArray[np.bool_], grid: Grid) -> Iterator[tuple[int, FloatArray]]:
    """Closed lines round a mask, slice by slice, along the edges of its voxels: :func:`draw` gives it back exactly.

    Yields
    ------
    The slice ``k``, and ``(n, 3)`` corners in RAS+ mm. Holes are lines of their own, to be read as even-odd.
    """
    from scan2train.kernels.contours import trace

    for k in np.flatnonzero(mask.any(axis=(0, 1))).tolist():
        points, starts = trace(np.ascontiguousarray(mask[:, :, k].T))
        for first, last in pairwise(starts.tolist()):
            corners = np.column_stack([points[first:last], np.full(last - first, float(k))])
            yield k, grid.to_world(corners)


def _area(points: FloatArray, starts: npt.NDArray[np.int64], shape: tuple[int, int]) -> float:
    """What contours of one plane enclose within ``(rows, columns)`` pixels, in pixels."""
    from scan2train.kernels.contours import fill

    low = np.clip(np.floor(points.min(axis=0)), 0, shape[::-1])
    size = ((np.clip(np.ceil(points.max(axis=0)) + 1, low, shape[::-1]) - low) * _FINER).astype(np.int64)
    fine = np.zeros(size[::-1], dtype=np.uint8)
    fill((points - low + 0.5) * _FINER - 0.5, starts, fine)
    return float(fine.sum()) / _FINER**2


def _thickness(at: FloatArray) -> float:
    """How far apart the planes of contours are, in slices: the usual gap; one where there is one plane."""
    gaps = np.diff(np.sort(at))
    gaps = gaps[gaps > SAME_PLANE_SLICES]
    return float(np.median(gaps)) if len(gaps) else 1.0
