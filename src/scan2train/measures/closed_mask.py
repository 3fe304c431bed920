"""A mask whose gaps are closed: grown by a ball, and shrunk by the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scan2train.measures.distances import box_around, depth_mm
from scan2train.volume import Mask

#: Distances come in single precision: one that is the radius itself counts as within it.
_ROUNDING = 1e-5


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
    grown = depth_mm(~wide, spacing_mm) <= radius
    # A voxel stays if the ball about it lies within what was grown.
    kept = depth_mm(grown, spacing_mm) > radius
    out[box] |= kept[tuple(slice(n, -n) for n in reach)]
    return out
