"""A mask whose gaps are closed: grown by a ball, and shrunk by the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from scan2train.measures.distances import box_around, depth_mm
from scan2train.volume import Mask

#: Distances come in single precision: one that is the radius itself counts as within it.
_ROUNDING = 1e-5
#: A ball of more columns of voxels is grown faster by the distances of all voxels.
_MOST_COLUMNS = 128


def closed_mask(mask: Mask, radius_mm: float, spacing_mm: Sequence[float]) -> Mask:
    """Close an ``(i, j, k)`` mask by a ball; nothing of it is lost, and the border of the array bounds nothing.

    Parameters
    ----------
    mask
        The mask, perhaps cut to its own box; gaps that go on outside of the array are closed within it.
    radius_mm
        Gaps up to twice as wide are closed.
    spacing_mm
        Distances of neighbours along each axis, which are perpendicular.
    """
    out = mask.copy()
    if not mask.any():
        return out
    # A ball closes nothing outside of the box of what there is; all that decides lies within its reach.
    box = box_around(mask)
    reach = [int(np.ceil(radius_mm / step)) + 1 for step in spacing_mm]
    wide = np.pad(mask[box], [(n, n) for n in reach])
    radius = radius_mm * (1 + _ROUNDING)
    grown = _near(wide, radius, spacing_mm)
    # A voxel stays if the ball about it lies within what was grown.
    shrunk = ~_near(~grown, radius, spacing_mm)
    out[box] |= shrunk[tuple(slice(n, -n) for n in reach)]
    return out


def _near(mask: Mask, radius: float, spacing: Sequence[float]) -> Mask:
    """What lies no farther than ``radius`` from the mask."""
    columns = _columns(radius, spacing)
    if sum(map(len, columns.values())) > _MOST_COLUMNS:
        near: Mask = depth_mm(~mask, spacing) <= radius
        return near
    out, along = np.zeros_like(mask), mask.copy()
    for half in range(max(columns) + 1):
        if half:
            along[half:] |= mask[:-half]
            along[:-half] |= mask[half:]
        for j, k in columns.get(half, ()):
            (to_j, from_j), (to_k, from_k) = (_shifted(by) for by in (j, k))
            out[:, to_j, to_k] |= along[:, from_j, from_k]
    return out


def _columns(radius: float, spacing: Sequence[float]) -> Mapping[int, Sequence[tuple[int, int]]]:
    """The columns along i that a ball is made of: half of a column's length to its places along j and k."""
    i, j, k = spacing
    found: dict[int, list[tuple[int, int]]] = {}
    wide, high = int(radius / j), int(radius / k)
    for at in product(range(-wide, wide + 1), range(-high, high + 1)):
        rest = radius**2 - (at[0] * j) ** 2 - (at[1] * k) ** 2
        if rest >= 0:
            found.setdefault(int(np.sqrt(rest) / i), []).append(at)
    return found


def _shifted(by: int) -> tuple[slice, slice]:
    """Where to, and where from, along an axis."""
    return slice(max(by, 0), min(by, 0) or None), slice(max(-by, 0), min(-by, 0) or None)
