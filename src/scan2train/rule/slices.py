"""What several rules need to know of a volume's slices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

#: Roles of what is trained on; localizers, captures and masks are set apart by themselves.
IMAGES: Final = ("volume", "derived")


def places_mm(row: Mapping[str, Any]) -> npt.NDArray[np.float64] | None:
    """``(n,)`` places of a volume's slices along their normal, rising; ``None`` where they are not all known."""
    if not row["physical"] or (row["n_slices"] or 0) < 2:
        return None
    members = row["member_position_mm"]
    places = np.array(members if members is not None else [], dtype=np.float64)
    return places if places.size > 1 and np.isfinite(places).all() else None


def usual_gap_mm(row: Mapping[str, Any]) -> float | None:
    """The usual distance between neighbours (the lower median); ``None`` where there is none, or it is nought."""
    places = places_mm(row)
    if places is None:
        return None
    gaps = np.sort(np.diff(places))
    usual = float(gaps[(len(gaps) - 1) // 2])
    return usual if usual > 0 else None
