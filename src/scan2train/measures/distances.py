"""Distances in mm within a mask, and what follows from them: masks made smaller and larger by a ball."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from scan2train.volume import Array, Mask


def depth_mm(mask: Mask, spacing: Sequence[float]) -> Array:
    """From each voxel of ``mask`` to the middle of the nearest one outside, mm; 0 outside.

    Beyond the faces of the array nothing is known: they are no border. Where nothing is outside it is infinite.
    """
    import edt

    made: Array = edt.edt(
        np.ascontiguousarray(mask), anisotropy=tuple(spacing), black_border=False, parallel=1
    )
    return made


def widened(mask: Mask, by_mm: float, spacing: Sequence[float]) -> Mask:
    """``mask`` and all that lies at most ``by_mm`` from it."""
    if not mask.any():
        return mask.copy()
    around = box_around(mask, [int(by_mm / one) + 1 for one in spacing])
    out = mask.copy()
    out[around] = depth_mm(~mask[around], spacing) <= by_mm
    return out


def widened_by_one(mask: Mask, spacing: Sequence[float], by_mm: float = 0.0) -> Mask:
    """``mask``, and ``by_mm`` and one voxel more along each axis: within thick slices not as far as across them."""
    return widened(mask, 1.0 + 1e-3, [one / (by_mm + one) for one in spacing])


def box_around(mask: Mask, margin: Sequence[int] = (0, 0, 0)) -> tuple[slice, slice, slice]:
    """The smallest box of voxels around what is true, ``margin`` voxels larger on each side where there are any.

    It is empty where nothing is true.
    """
    parts = []
    for axis, more in enumerate(margin):
        where = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
        if not where.size:
            return slice(0, 0), slice(0, 0), slice(0, 0)
        parts.append(slice(max(int(where[0]) - more, 0), min(int(where[-1]) + 1 + more, mask.shape[axis])))
    return parts[0], parts[1], parts[2]


def pieces_of(mask: Mask, connectivity: Literal[6, 26] = 6) -> tuple[Array, Array]:
    """Numbers of connected pieces from 1, and the voxels of each, the outside first."""
    import cc3d

    numbers, count = cc3d.connected_components(
        np.asfortranarray(mask), connectivity=connectivity, return_N=True
    )
    return numbers, np.bincount(numbers.ravel(order="K"), minlength=count + 1)
