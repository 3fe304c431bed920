"""What a new spacing does to detail: what it can no longer hold, and what it makes up."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from scan2train.sampling.alignment import index_map

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scan2train.grid import Grid

#: An axis whose spacing grows by more than this loses detail that somebody paid dose or time for.
LOST = 2.0
#: And one whose spacing shrinks by more than this is mostly interpolated.
INVENTED = 3.0
#: Voxels that a detail must be wide to be told from noise and from its neighbour (Nyquist).
RESOLVED = 2


def factors(before: Grid, after: Grid) -> tuple[float, float, float]:
    """For each axis of ``after``: its spacing over that of the axis of ``before`` that runs the same way."""
    beside = np.abs(index_map(before, after)[:3, :3] * np.array(before.spacing)[:, None]).argmax(axis=0)
    i, j, k = (new / before.spacing[axis] for new, axis in zip(after.spacing, beside, strict=True))
    return i, j, k


def detail_told(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """A sentence for each axis and direction of change that is large, over the rows of a plans table."""
    lost: dict[str, list[tuple[float, float]]] = defaultdict(list)
    invented: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        for axis in "ijk":
            factor, new = row[f"factor_{axis}"], row[f"spacing_{axis}_mm"]
            if factor > LOST:
                lost[axis].append((new / factor, new))
            elif factor < 1 / INVENTED:
                invented[axis].append((new / factor, new))
    told = [
        f"{_cases(found)} from {_range(found, 0)} to {_range(found, 1)} mm along {axis}: details below "
        f"{RESOLVED * max(new for _, new in found):.3g} mm are lost, and the source resolves "
        f"{RESOLVED * min(old for old, _ in found):.3g} mm"
        for axis, found in sorted(lost.items())
    ]
    told += [
        f"{_cases(found)} from {_range(found, 0)} to {_range(found, 1)} mm along {axis}: up to "
        f"{1 - 1 / max(old / new for old, new in found):.0%} of the slices are interpolated and hold nothing that was "
        "scanned"
        for axis, found in sorted(invented.items())
    ]
    return tuple(told)


def _cases(found: list[tuple[float, float]]) -> str:
    return f"{len(found)} {'case goes' if len(found) == 1 else 'cases go'}"


def _range(found: list[tuple[float, float]], which: int) -> str:
    values = [one[which] for one in found]
    low, high = f"{min(values):.3g}", f"{max(values):.3g}"
    return low if low == high else f"{low}–{high}"
