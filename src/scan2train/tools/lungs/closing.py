"""Vessels, and nodules at the pleura, taken back into the lung that they lie in."""

from __future__ import annotations

import numpy as np

from scan2train.measures.distances import box_around, depth_mm
from scan2train.measures.enclosed_holes import enclosed_holes
from scan2train.volume import Array, Mask


def closed(lung: Mask, radius_mm: float, spacing: tuple[float, float, float]) -> Array:
    """Depth in mm within ``lung`` after a ball of ``radius_mm`` has closed it, and its cavities were filled.

    float32 along R, A, S; 0 outside. Nothing is taken that lies farther than ``radius_mm`` from the lung and has a way
    out of it.
    """
    depth = np.zeros(lung.shape, dtype=np.float32)
    if not lung.any():
        return depth
    box = box_around(lung, [int(radius_mm / one) + 2 for one in spacing])
    mine = lung[box]
    within = depth_mm(~mine, spacing) <= radius_mm if radius_mm > 0 else mine
    inner = depth_mm(within, spacing)
    kept = mine | (inner > radius_mm)
    kept |= enclosed_holes(kept, connectivity=26)
    # One pass more, so that cavities count as the inside that they are.
    depth[box] = np.where(kept, depth_mm(kept, spacing), 0)
    return depth
