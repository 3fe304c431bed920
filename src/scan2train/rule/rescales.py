"""The different rescales of a volume's slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_MOST_TOLD = 3


def rescales(row: Mapping[str, Any]) -> list[tuple[float, float]]:
    """The distinct pairs of slope and intercept, rising; none where a Modality LUT or nothing is in their place."""
    if row["format"] != "dicom" or row["modality_lut"] or (row["n_slices"] or 0) < 2:
        return []
    pairs = zip(row["member_slope"], row["member_intercept"], strict=True)
    return sorted({(slope, add) for slope, add in pairs if slope is not None and add is not None})


def told(pairs: Sequence[tuple[float, float]]) -> str:
    """The slopes in a few words, with the intercepts where these differ."""
    slopes = _told([slope for slope, _ in pairs[:_MOST_TOLD]])
    adds = _told([add for _, add in pairs[:_MOST_TOLD]])
    more = f"; {len(pairs)} different" if len(pairs) > _MOST_TOLD else ""
    return f"slope {slopes}, intercept {adds}{more}"


def _told(numbers: Sequence[float]) -> str:
    """The distinct numbers, short where that tells them apart."""
    distinct = list(dict.fromkeys(numbers))
    short = [f"{number:g}" for number in distinct]
    return ", ".join(short if len(set(short)) == len(distinct) else map(repr, distinct))
