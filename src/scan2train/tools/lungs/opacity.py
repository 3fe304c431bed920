"""How much of the cage of ribs has no lung behind it: fluid, or lung without air.

Smaller shares cannot be told from health: within the heights that are looked at, a fifth of the ribs of a chest without
fluid lie as far from any lung. Nor can density help, as a fatty liver is as dense as fluid, and lies as near.
"""

from __future__ import annotations

import numpy as np

from scan2train.measures.distances import depth_mm
from scan2train.volume import Array, Mask

#: Ribs, averaged over blocks, are brighter.
BONE_HU = 160.0
#: Ribs lie farther aside than this, and lung within this of them, mm.
ASIDE_MM, BEHIND_MM = 45.0, 16.0
#: The part of the lungs' height that is looked at, from below: lower there is liver, higher there are shoulders.
HEIGHT = (0.35, 0.75)


def airless_shares(
    means: Array, lungs: Mask, middle: float, spacing: tuple[float, float, float]
) -> tuple[float, float]:
    """Shares of the ribs' back half, on the right and on the left, without lung behind them; NaN where none are seen.

    ``lungs`` is both lungs, along R, A, S as ``means`` is.
    """
    if not lungs.any():
        return float("nan"), float("nan")
    heights = np.flatnonzero(lungs.any(axis=(0, 1)))
    depths = np.flatnonzero(lungs.any(axis=(0, 2)))
    low, high = heights[0], heights[-1] + 1
    rows = slice(low + int(HEIGHT[0] * (high - low)), low + int(HEIGHT[1] * (high - low)) + 1)
    back = slice(depths[0], (depths[0] + depths[-1]) // 2 + 1)
    away = depth_mm(~lungs[:, :, rows], spacing)[:, back]
    bone = means[:, back, rows] > BONE_HU
    aside = round(ASIDE_MM / spacing[0])
    first = max(round(middle) + aside, 0)
    last = max(round(middle) - aside, 0)
    return _far(bone[first:], away[first:]), _far(bone[:last][::-1], away[:last][::-1])


def _far(bone: Mask, away: Array) -> float:
    """Share of the innermost bones, seen from the middle, that are far away from any lung."""
    seen = bone.any(axis=0)
    if not seen.any():
        return float("nan")
    rib = bone.argmax(axis=0)
    found = np.take_along_axis(away, rib[None], axis=0)[0]
    return float(np.mean(found[seen] > BEHIND_MM))
