"""Which volumes of a series are blurred, or unlike the others, where no header tells their phases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

#: So many volumes tell what is usual.
_LEAST: Final = 3
#: Edges that are less steep than this part of the sharpest ones of the series are blurred.
_SHARP: Final = 0.85
#: A variance that differs by more than this part of the usual one, and by so many robust deviations.
_VARIANCE_PART, _ROBUST = 0.1, 4.0


def moved(rows: Sequence[Mapping[str, Any]]) -> list[bool | None]:
    """For each row of the table of phases whether motion shows; ``None`` where that is not asked, or not told.

    The volumes of a series whose phases no header tells are compared, those of several sizes apart.
    """
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        told = row["cardiac_percent"] is not None or row["respiratory_percent"] is not None
        if row["edges"] is not None and not told:
            groups[row["source"], row["series_uid"] or row["path"], row["size"]].append(at)
    found: list[bool | None] = [None] * len(rows)
    for own in groups.values():
        if len(own) < _LEAST:
            continue
        edges = np.array([rows[at]["edges"] for at in own])
        variance = np.array([rows[at]["variance"] for at in own])
        usual = float(np.median(variance))
        spread = 1.4826 * float(np.median(np.abs(variance - usual)))
        unlike = np.abs(variance - usual) > max(_VARIANCE_PART * usual, _ROBUST * spread)
        for at, one in zip(own, (edges < _SHARP * edges.max()) | unlike, strict=True):
            found[at] = bool(one)
    return found
