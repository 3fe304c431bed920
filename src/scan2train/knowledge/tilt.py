"""When a stack is tilted: its slices are sheared against their normal by more than rounding would do."""

from __future__ import annotations

from collections.abc import Mapping
from math import radians, tan
from typing import Any

from scan2train.knowledge.tolerances import GEO006_SILENT_PIXELS


def shear_shows(row: Mapping[str, Any], depth_mm: float) -> bool:
    """Whether the shear of a volume's slices is one that GEO006 tells of.

    Parameters
    ----------
    row
        A row of the volumes table; looked at are ``tilt_deg``, ``spacing_i_mm`` and ``spacing_j_mm``.
    depth_mm
        From the first slice to the last, along their normal.
    """
    pixel_mm: float = min(row["spacing_i_mm"], row["spacing_j_mm"])
    return tan(radians(row["tilt_deg"])) * depth_mm >= GEO006_SILENT_PIXELS * pixel_mm
