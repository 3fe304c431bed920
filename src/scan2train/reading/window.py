"""The display window that a header names, in numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

_FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")


def window_of(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """``center``, ``width`` and ``function`` of the first window that all slices of a row share; ``None`` without one.

    What is no window (a width below 1, PS3.3 C.11.2.1.2, or a word for a number) is passed over: PIX011 tells of it.
    """
    try:
        center, width = (float(str(row[f"window_{end}"]).split("\\")[0]) for end in ("center", "width"))
    except (KeyError, ValueError):
        return None
    function = (row.get("window_function") or "LINEAR").strip().upper()
    least = 1 if function == "LINEAR" else 0
    if function not in _FUNCTIONS or not (math.isfinite(center) and least <= width < math.inf) or width == 0:
        return None
    return {"center": center, "width": width, "function": function}
