"""A mask whose gaps are closed: grown by a ball, and shrunk by the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scan2train.volume import Mask


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
    from scipy.ndimage import distance_transform_edt

    if not mask.any():
        return mask.copy()
    reach = [int(np.ceil(radius_mm / step)) + 1 for step in spacing_mm]
    wide = np.pad(mask, [(n, n) for n in reach])
    grown = distance_transform_edt(~wide, sampling=spacing_mm) <= radius_mm
    # A voxel stays if the ball about it lies within what was grown.
    kept = distance_transform_edt(grown, sampling=spacing_mm) > radius_mm
    inner: Mask = kept[tuple(slice(n, -n) for n in reach)] | mask
    return inner
