"""Which voxel of one array is which of another: by what slices show, by where they lie, or by their number."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations, product
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.grid import FloatArray, Grid

Array = npt.NDArray[Any]
Indices = npt.NDArray[np.intp]

#: In-plane positions by which two slices are compared before all of their voxels are.
_POINTS = 256
#: Slices that show the same but for a straight line of their values correlate at least so well.
_CORRELATION = 1 - 1e-4
#: Share of slices that must be found again for an arrangement of axes to count.
_SHARE = 0.5
#: How far, in voxels, the voxels of two grids may lie apart and still be at the same place.
_APART = 0.05


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Same:
    """Voxel ``(of[0][a], of[1][b], of[2][c])`` of the truth is voxel ``at`` of the other, its axes put in order.

    ``order`` names, for each axis of the truth, that of the other array; ``how`` is ``content``, ``place`` or
    ``index``.
    """

    order: tuple[int, int, int]
    of: tuple[Indices, Indices, Indices]
    at: tuple[Indices, Indices, Indices]
    how: str

    def index(self, a: int, b: int, c: int) -> tuple[FloatArray, FloatArray]:
        """Indices of one pair: in the truth, and in the other array's own order of axes."""
        mine = np.array([self.of[0][a], self.of[1][b], self.of[2][c]], dtype=np.float64)
        theirs = np.empty(3)
        theirs[list(self.order)] = self.at[0][a], self.at[1][b], self.at[2][c]
        return mine, theirs


def by_content(truth: Array, other: Array, tolerance: float, *, pattern: bool = False) -> Same | None:
    """Find each slice of ``truth`` ``(i, j, k)`` again in ``other``, along whichever axis, mirrored or not.

    ``pattern`` takes slices for the same that differ by a straight line of their values. ``None`` where fewer than
    half are found.
    """
    points = _points(truth)
    mine = truth[points[0], points[1], :].T.astype(np.float64)
    best: tuple[int, Same] | None = None
    for order in sorted(permutations(range(3))):
        turned = other.transpose(order)
        if turned.shape[:2] != truth.shape[:2]:
            continue
        for back in product((False, True), repeat=2):
            i, j = (_line(n, backwards) for n, backwards in zip(truth.shape[:2], back, strict=True))
            theirs = turned[i[points[0]], j[points[1]], :].T.astype(np.float64)
            of, at = _assigned(_alike(mine, theirs, tolerance, pattern=pattern))
            axes = (order[0], order[1], order[2])
            same = Same(
                order=axes, of=(np.arange(len(i)), np.arange(len(j)), of), at=(i, j, at), how="content"
            )
            if best is None or len(of) > best[0]:
                best = (len(of), same)
            if len(of) == truth.shape[2] and (pattern or _really(truth, other, same, tolerance)):
                return same
    return best[1] if best is not None and best[0] >= _SHARE * truth.shape[2] else None


def by_place(truth: Grid, other: FloatArray, shape: tuple[int, int, int]) -> Same | None:
    """Voxels of two grids at the same points of the world; ``None`` where the grids are not of one lattice."""
    change = np.linalg.inv(other) @ truth.affine
    whole = np.rint(change[:3, :3])
    if not (np.abs(whole).sum(axis=0) == 1).all() or not (np.abs(whole).sum(axis=1) == 1).all():
        return None
    ends = np.array(list(product(*((0, n - 1) for n in truth.shape))), dtype=np.float64)
    there = ends @ change[:3, :3].T + change[:3, 3]
    offset = np.rint(change[:3, 3])
    if np.abs(there - (ends @ whole.T + offset)).max() > _APART:
        return None
    order, of, at = [], [], []
    for axis in range(3):
        theirs = int(np.argmax(np.abs(whole[:, axis])))
        line = np.arange(truth.shape[axis])
        found = (line * whole[theirs, axis] + offset[theirs]).astype(np.intp)
        inside = (found >= 0) & (found < shape[theirs])
        order.append(theirs)
        of.append(line[inside])
        at.append(found[inside])
    if not all(map(len, of)):
        return None
    return Same(
        order=(order[0], order[1], order[2]), of=(of[0], of[1], of[2]), at=(at[0], at[1], at[2]), how="place"
    )


def by_index(shape: tuple[int, int, int], other: tuple[int, int, int]) -> Same | None:
    """The same numbers along each axis; ``None`` where in-plane shapes differ."""
    if shape[:2] != other[:2]:
        return None
    i, j, k = (np.arange(min(a, b)) for a, b in zip(shape, other, strict=True))
    return Same(order=(0, 1, 2), of=(i, j, k), at=(i, j, k), how="index")


def _points(truth: Array) -> tuple[Indices, Indices]:
    """In-plane positions where slices differ most, and some anywhere; always the same ones for one volume."""
    rng = np.random.default_rng(0)
    n = truth.shape[0] * truth.shape[1]
    some = rng.permutation(n)[: 16 * _POINTS]
    i, j = np.unravel_index(some, truth.shape[:2])
    spread = np.ptp(np.nan_to_num(truth[i, j, :].astype(np.float64)), axis=1)
    busy = np.argsort(-spread, kind="stable")[: _POINTS // 2]
    kept = np.concatenate([busy, np.arange(min(len(some), _POINTS // 2))])
    return i[kept], j[kept]


def _alike(mine: Array, theirs: Array, tolerance: float, *, pattern: bool) -> npt.NDArray[np.bool_]:
    """``(slices, slices)``: which show the same."""
    from scipy.spatial.distance import cdist

    mine, theirs = (np.nan_to_num(one, nan=-1e9, posinf=1e9, neginf=-1e9) for one in (mine, theirs))
    if not pattern:
        found: npt.NDArray[np.bool_] = cdist(mine, theirs, "chebyshev") <= tolerance
        return found
    with np.errstate(invalid="ignore", divide="ignore"):
        straight = np.abs(1 - cdist(mine, theirs, "correlation")) >= _CORRELATION
    return np.asarray(straight, dtype=np.bool_)


def _assigned(alike: npt.NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """For each slice that is found at all, the other's slice; of several alike the one next to its neighbours'."""
    counts = alike.sum(axis=1)
    sure = np.flatnonzero(counts == 1)
    places = alike.argmax(axis=1)
    step = -1 if len(sure) > 1 and np.median(np.diff(places[sure]) / np.diff(sure)) < 0 else 1
    of = np.flatnonzero(counts)
    at = np.empty(len(of), dtype=np.intp)
    for n, k in enumerate(of):
        near = sure[np.abs(sure - k).argmin()] if len(sure) else None
        expected = k if near is None else places[near] + step * (k - near)
        choices = np.flatnonzero(alike[k])
        at[n] = choices[np.abs(choices - expected).argmin()]
    return of, at


def _really(truth: Array, other: Array, same: Same, tolerance: float) -> bool:
    """Whether three whole slices agree, too: what is the same at some points may be mirrored all the same."""
    turned = other.transpose(same.order)
    for n in {0, len(same.of[2]) // 2, len(same.of[2]) - 1}:
        mine = truth[:, :, same.of[2][n]].astype(np.float64)
        theirs = turned[:, :, same.at[2][n]][np.ix_(same.at[0], same.at[1])].astype(np.float64)
        if np.nanmax(np.abs(mine - theirs), initial=0.0) > tolerance:
            return False
    return True


def _line(n: int, backwards: bool) -> Indices:
    line = np.arange(n)
    return line[::-1] if backwards else line
