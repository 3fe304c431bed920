"""Which slices of an uneven stack follow one another evenly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scan2train.knowledge.tolerances import GEO003_INFO_MM, GEO003_INFO_PART
from scan2train.measures.gaps import Gaps
from scan2train.stacking.regularity import irregularity

FloatArray = npt.NDArray[np.float64]

#: Two slices are always even: they make a run only where their gap is the usual one of the stack.
_SURE = 3


def usual_step(positions: FloatArray, normal: FloatArray) -> FloatArray:
    """The step (3,), in mm, by which most slices at ``(n, 3)`` sorted, distinct positions follow one another.

    Its length along the normal is the mean of all gaps that are like the usual one, or whole multiples of it, each
    counted as so many; its part within the plane is the mean of those within 0.2 mm of their median.
    """
    steps = np.diff(positions, axis=0)
    gaps = Gaps(places=positions @ normal)
    times = np.where(gaps.missing > 0, gaps.missing + 1, np.where(gaps.beyond, 0, 1))
    whole = times > 0
    along = float(gaps.sizes[whole].sum() / times[whole].sum())
    across = (steps - np.outer(gaps.sizes, normal))[whole] / times[whole, None]
    like = np.linalg.norm(across - np.median(across, axis=0), axis=1) <= GEO003_INFO_MM
    sideways = across[like].mean(axis=0) if like.any() else np.median(across, axis=0)
    step: FloatArray = along * normal + sideways
    return step


def even_runs(positions: FloatArray, normal: FloatArray, usual: FloatArray) -> list[tuple[int, int]]:
    """Cut ``(n, 3)`` sorted, distinct positions into runs that a regular grid fits: (first, one past the last).

    Every slice is in one run, and none is in two: the longest run is taken first, of equals the first one. A slice
    that no run takes is one by itself. Runs are judged as whole stacks are, by
    :func:`~scan2train.stacking.regularity.irregularity`.
    """
    runs: list[tuple[int, int]] = []
    taken = np.zeros(len(positions), dtype=np.bool_)
    for start, stop in sorted(_stretches(positions, normal), key=lambda run: (run[0] - run[1], run[0])):
        # Neighbouring stretches share a slice, which may be gone.
        first, end = start + int(taken[start]), stop - int(taken[stop - 1])
        while end - first > 1:
            last = _longest_even(positions, normal, first, end)
            if last - first < _SURE and not _alike(positions[first + 1] - positions[first], usual, normal):
                first += 1
                continue
            runs.append((first, last))
            taken[first:last] = True
            first = last
    alone = [(int(at), int(at) + 1) for at in np.flatnonzero(~taken)]
    return sorted([*runs, *alone])


def _stretches(positions: FloatArray, normal: FloatArray) -> list[tuple[int, int]]:
    """Where each step is like the mean of those before it; neighbours share the slice between them."""
    steps = np.diff(positions, axis=0)
    found, first = [], 0
    while first < len(steps):
        end, total = first + 1, steps[first].copy()
        while end < len(steps) and _alike(steps[end], total / (end - first), normal):
            total += steps[end]
            end += 1
        found.append((first, end + 1))
        first = end
    return found


def _alike(step: FloatArray, other: FloatArray, normal: FloatArray) -> bool:
    """Whether two steps are one, up to what a regular stack may have."""
    gap = float(other @ normal)
    off = step - other
    along = float(off @ normal)
    across = off - along * normal
    return abs(along) <= min(GEO003_INFO_MM, GEO003_INFO_PART * gap) and bool(
        np.linalg.norm(across) <= GEO003_INFO_MM
    )


def _longest_even(positions: FloatArray, normal: FloatArray, first: int, end: int) -> int:
    """One past the last slice of the longest run from ``first`` on that is regular as a whole."""
    if not irregularity(positions[first:end], normal):
        return end
    low, high = first + 2, end  # two are even; all are not
    while high - low > 1:
        middle = (low + high) // 2
        if irregularity(positions[first:middle], normal):
            high = middle
        else:
            low = middle
    return low
