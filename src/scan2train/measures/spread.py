"""How the values of an image are spread: mean, extremes and where they are, percentiles, histogram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

#: Percentiles that are told, and bins of the histogram.
PERCENTILES = (0.5, 1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0, 99.5)
BINS = 64
#: So many values are worked on at once, as float64.
_CHUNK = 1 << 22

Index = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Numbers of the ``n`` finite values that were looked at; all but ``n`` and ``not_finite`` are empty where n is 0.

    ``sd`` is that of these values themselves (division by n). ``percentiles`` interpolate linearly between neighbours.
    ``edges`` are the bounds of the bins, one more than ``counts``; a bin holds its lower bound, the last both.
    """

    n: int
    not_finite: int
    mean: float | None = None
    sd: float | None = None
    minimum: float | None = None
    minimum_at: Index | None = None
    maximum: float | None = None
    maximum_at: Index | None = None
    percentiles: tuple[float, ...] = ()
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()

    @property
    def median(self) -> float | None:
        """The middle of the values."""
        return self.percentiles[PERCENTILES.index(50.0)] if self.percentiles else None


def spread_of(array: npt.NDArray[Any], where: npt.NDArray[np.bool_] | None, *, bins: int = BINS) -> Spread:
    """The spread of an ``(i, j, k)`` array's values, or of those where a mask of the same shape is true."""
    # Volumes lie in memory as (k, j, i): so they are gone through.
    stored = array.transpose()
    mask = None if where is None else where.transpose()
    if stored.dtype.kind == "f":
        finite = np.isfinite(stored)
        looked_at = stored.size if mask is None else int(mask.sum())
        mask = finite if mask is None else finite & mask
        not_finite = looked_at - int(mask.sum())
    else:
        not_finite = 0
    values = stored.reshape(-1) if mask is None else stored[mask]
    if values.size == 0:
        return Spread(n=0, not_finite=not_finite)
    mean = _sum(values, 0.0, 1) / values.size
    low, high = int(values.argmin()), int(values.argmax())
    edges = _edges(values[low], values[high], bins, whole=values.dtype.kind in "iub")
    return Spread(
        n=int(values.size),
        not_finite=not_finite,
        mean=mean,
        sd=float(np.sqrt(_sum(values, mean, 2) / values.size)),
        minimum=float(values[low]),
        minimum_at=_place(low, mask, stored.shape),
        maximum=float(values[high]),
        maximum_at=_place(high, mask, stored.shape),
        percentiles=tuple(float(p) for p in np.percentile(_numbers(values), PERCENTILES)),
        edges=tuple(edges.tolist()),
        counts=_counts(values, edges),
    )


def _sum(values: npt.NDArray[Any], center: float, power: int) -> float:
    """The sum of ``(value - center) ** power``, piece by piece."""
    parts = (values[at : at + _CHUNK].astype(np.float64) - center for at in range(0, values.size, _CHUNK))
    return float(sum((part**power).sum() for part in parts))


def _edges(low: Any, high: Any, bins: int, *, whole: bool) -> npt.NDArray[np.float64]:
    """Equal bins; those of whole numbers are whole numbers wide and begin half a number below the smallest."""
    low, high = float(low), float(high)
    if whole:
        width = np.ceil((high - low + 1) / bins)
        number = int(np.ceil((high - low + 1) / width))
        return np.asarray(low - 0.5 + width * np.arange(number + 1))
    if low == high:
        return np.array([low, np.nextafter(high, np.inf)])
    return np.linspace(low, high, bins + 1)


def _counts(values: npt.NDArray[Any], edges: npt.NDArray[np.float64]) -> tuple[int, ...]:
    counts = np.zeros(len(edges) - 1, dtype=np.int64)
    for at in range(0, values.size, _CHUNK):
        counts += np.histogram(_numbers(values[at : at + _CHUNK]).astype(np.float64), edges)[0]
    return tuple(counts.tolist())


def _numbers(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return values.view(np.uint8) if values.dtype == np.bool_ else values


def _place(at: int, mask: npt.NDArray[np.bool_] | None, shape: tuple[int, ...]) -> Index:
    flat = at if mask is None else int(np.flatnonzero(mask)[at])
    k, j, i = (int(n) for n in np.unravel_index(flat, shape))
    return i, j, k
