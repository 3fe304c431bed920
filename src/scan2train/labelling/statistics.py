"""Numbers of each label, kept by bricks of the image, so that after an edit only those that it touched are counted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import fsum, inf, isfinite, nan
from typing import Any

import numpy as np

from scan2train.labelling.region import Index
from scan2train.volume import Array, Mask

#: Voxels along a side of a brick.
_SIDE = 32


@dataclass(frozen=True, slots=True)
class Part:
    """A label's numbers within a brick, or the whole; ``values`` of them are finite and real.

    ``first`` and ``last`` are the ends of its box, both within.
    """

    voxels: int
    values: int
    total: float
    minimum: float
    maximum: float
    first: Index
    last: Index

    @property
    def mean(self) -> float | None:
        """Mean of the image's values, ``None`` without any, or where their sum is too large to be a number."""
        return self.total / self.values if self.values and isfinite(self.total) else None


class Statistics:
    """Counts of a label map on an image, brought up to date when they are asked for.

    Parameters
    ----------
    labels
        ``(i, j, k)``, looked at anew where :meth:`changed` says so.
    values, valid
        The image's values on the same grid, ``None`` for colour; its mask of real data, ``None`` where all are.
    """

    def __init__(self, labels: Array, values: Array | None, valid: Mask | None) -> None:
        self.labels, self._values, self._valid = labels, values, valid
        self._stale: set[Index] = set()
        self._bricks: dict[Index, dict[int, Part]] = {}
        self.changed((0, 0, 0), tuple(n - 1 for n in labels.shape))

    def changed(self, low: Index, high: tuple[int, ...]) -> None:
        """Voxels from ``low`` to ``high``, both within, may have other labels now."""
        i, j, k = (range(a // _SIDE, b // _SIDE + 1) for a, b in zip(low, high, strict=True))
        self._stale.update(product(i, j, k))

    def by_value(self) -> dict[int, Part]:
        """For each label but the background that has voxels, its numbers over the whole image."""
        for at in self._stale:
            found = self._count(at)
            if found:
                self._bricks[at] = found
            else:
                self._bricks.pop(at, None)
        self._stale.clear()
        parts: dict[int, list[Part]] = {}
        for brick in self._bricks.values():
            for value, part in brick.items():
                parts.setdefault(value, []).append(part)
        return {value: _together(parts[value]) for value in sorted(parts)}

    def _count(self, at: Index) -> dict[int, Part]:
        box = tuple(slice(n * _SIDE, (n + 1) * _SIDE) for n in at)
        labels = self.labels[box]
        if not labels.any():
            return {}
        values = None if self._values is None else self._values[box]
        real = None if self._valid is None else self._valid[box]
        present = (
            np.flatnonzero(np.bincount(labels.ravel(order="K")))
            if labels.itemsize == 1
            else np.unique(labels)
        )
        low = (at[0] * _SIDE, at[1] * _SIDE, at[2] * _SIDE)
        return {int(one): _part(labels == one, values, real, low) for one in present if one}


@np.errstate(over="ignore", invalid="ignore")  # a sum that is too large for a number is told as none
def _part(mask: Mask, values: Array | None, real: Mask | None, low: Index) -> Part:
    ends = []
    for axis, others in enumerate(((1, 2), (0, 2), (0, 1))):
        where = np.flatnonzero(mask.any(axis=others))
        ends.append((low[axis] + int(where[0]), low[axis] + int(where[-1])))
    (a, b), (c, d), (e, f) = ends
    inside: Any = ()
    if values is not None:
        inside = values[mask if real is None else mask & real]
        if inside.dtype.kind == "f":
            inside = inside[np.isfinite(inside)]
    n = len(inside)
    return Part(
        voxels=int(np.count_nonzero(mask)),
        values=n,
        total=float(inside.sum(dtype=np.float64)) if n else 0.0,
        minimum=float(inside.min()) if n else inf,
        maximum=float(inside.max()) if n else -inf,
        first=(a, c, e),
        last=(b, d, f),
    )


def _together(parts: list[Part]) -> Part:
    first = [min(one.first[axis] for one in parts) for axis in range(3)]
    last = [max(one.last[axis] for one in parts) for axis in range(3)]
    return Part(
        voxels=sum(one.voxels for one in parts),
        values=sum(one.values for one in parts),
        total=_sum(parts),
        minimum=min(one.minimum for one in parts),
        maximum=max(one.maximum for one in parts),
        first=(first[0], first[1], first[2]),
        last=(last[0], last[1], last[2]),
    )


def _sum(parts: list[Part]) -> float:
    try:
        return fsum(one.total for one in parts)
    except (OverflowError, ValueError):  # sums too large, and such of either sign
        return nan
