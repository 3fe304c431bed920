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
    margin = [int(radius_mm / one) + 2 for one in spacing]
    box = box_around(lung, margin)
    mine = lung[box]
    kept = mine | _reached_from_all_sides(lung, box, margin, radius_mm, spacing)
    kept |= enclosed_holes(kept, connectivity=26)
    # One pass more, so that cavities count as the inside that they are.
    depth[box] = np.where(kept, depth_mm(kept, spacing), 0)
    return depth


def _reached_from_all_sides(
    lung: Mask,
    box: tuple[slice, slice, slice],
    margin: list[int],
    radius_mm: float,
    spacing: tuple[float, float, float],
) -> Mask:
    """The closed lung within ``box``. Beyond the picture it goes on as it ends, and so does the wall of the chest.

    Were nothing there, the ball would find no way into the wall from outside, and take it for lung.
    """
    if radius_mm <= 0:
        return lung[box]
    beyond = [
        (more if part.start == 0 else 0, more if part.stop == size else 0)
        for part, more, size in zip(box, margin, lung.shape, strict=True)
    ]
    longer = np.pad(lung[box], beyond, mode="edge")
    inner = depth_mm(depth_mm(~longer, spacing) <= radius_mm, spacing) > radius_mm
    back = tuple(
        slice(before, size - after) for (before, after), size in zip(beyond, inner.shape, strict=True)
    )
    made: Mask = inner[back]
    return made
