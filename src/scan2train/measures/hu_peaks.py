"""Where air and soft tissue lie among the values of a CT: the two large peaks of its histogram.

Otsu's threshold parts the values of a thinned copy into a low and a high class (Otsu, IEEE Trans SMC 9:62, 1979); a
peak is the most frequent value of its class. Which of them surrounds the other is read from a ring about the patient's
long axis, ``0.85 < hypot(u, v) < 1.02`` with ``u`` and ``v`` from −1 to 1 across the picture: around a body lies air,
and what lies beyond the ring may be padding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.volume import Array, Volume

#: So many voxels tell a peak; more are thinned out.
_MOST = 1 << 20
_LEAST = 400
_RING = (0.85, 1.02)
_BINS = 256
#: A class is compact where this share of the distance of both peaks, to both sides, holds most of it.
_NEAR = 0.15
#: Lower than anything measured: a constant down there, apart from all other values, stands for nothing.
_NO_VALUE = -1150.0
_FILLER_PART = 0.02

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class HuPeaks:
    """What the histogram shows; values in the volume's unit, shares from 0 to 1.

    Parameters
    ----------
    values
        The real, finite values of the thinned copy, sorted.
    low, high
        The peaks of both classes; where the ring holds enough of the low class, ``low`` is its peak there, so that
        lungs are not taken for the air outside.
    low_compact, high_compact
        Share of each class that lies near its peak.
    ring_low
        Share of the ring that belongs to the low class; NaN where the ring holds nothing.
    ring_same
        Share of the ring that holds its one most frequent value, which is ``ring_value``.
    ring_sharp
        Share of the ring's larger class within 50 of its peak.
    masked
        Share of the volume that is no real data.
    """

    values: Floats
    low: float
    high: float
    low_compact: float
    high_compact: float
    ring_low: float
    ring_same: float
    ring_value: float
    ring_sharp: float
    masked: float

    def share(self, low: float, high: float) -> float:
        """Share of the values from ``low`` up to ``high``."""
        ends = np.searchsorted(self.values, np.array([low, high], dtype=np.float32))
        return float(ends[1] - ends[0]) / self.values.size


def hu_peaks(volume: Volume) -> HuPeaks | None:
    """The two peaks of an ``(i, j, k)`` volume; ``None`` where there are too few values, or only one."""
    steps = _steps(volume)
    real = _thin(volume.array, steps).astype(np.float32)
    valid = np.isfinite(real)
    if volume.valid is not None:
        valid &= _thin(volume.valid, steps)
    values = np.sort(real[valid])
    if values.size < _LEAST or values[0] == values[-1]:
        return None
    filler = _filler(values)
    if filler is not None:
        valid &= real > filler
        values = values[values > filler]
        if values.size < _LEAST or values[0] == values[-1]:
            return None
    cut = _otsu(values)
    at = np.searchsorted(values, cut, side="right")
    if at in (0, values.size):
        return None
    ring = real[valid & _ring(volume, real.shape)]
    low, high = _peak(values[:at]), _peak(values[at:])
    below = np.sort(ring[ring <= cut])
    if below.size >= max(0.4 * ring.size, 20):
        low = _peak(below)
    near = _NEAR * (high - low)
    same, value, sharp = _sameness(ring, cut)
    return HuPeaks(
        values=values,
        low=low,
        high=high,
        low_compact=_within(values[:at], low, near),
        high_compact=_within(values[at:], high, near),
        ring_low=below.size / ring.size if ring.size >= 20 else float("nan"),
        ring_same=same,
        ring_value=value,
        ring_sharp=sharp,
        masked=1.0 - float(valid.mean()),
    )


def _steps(volume: Volume) -> tuple[int, int, int]:
    """Strides that leave at most so many voxels: whole slices go first, so that a few are looked at closely."""
    i, j, k = volume.grid.shape
    along = max(1, min(k // 24, -(-i * j * k // _MOST)))
    across = max(1, round((i * j * (k // along) / _MOST) ** 0.5))
    return across, across, along


def _thin(array: Array, steps: tuple[int, int, int]) -> Array:
    return array[tuple(slice(step // 2, None, step) for step in steps)]


def _filler(values: Floats) -> np.float32 | None:
    """A constant at the lower end that nothing else comes near to."""
    first = values[0]
    count = int(np.searchsorted(values, first, side="right"))
    if first >= _NO_VALUE or count < 0.002 * values.size or count == values.size:
        return None
    return first if values[count] - first > _FILLER_PART * (values[-1] - first) else None


def _otsu(values: Floats) -> float:
    """The threshold of least variance within both classes, between the outermost thousandths."""
    low, high = values[values.size // 1000], values[-1 - values.size // 1000]
    if low == high:
        low, high = values[0], values[-1]
    counts, edges = np.histogram(values, bins=_BINS, range=(float(low), float(high)))
    below = np.cumsum(counts).astype(np.float64)
    above = below[-1] - below
    sums = np.cumsum(counts * (edges[:-1] + edges[1:]) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[1 + int(np.nanargmax(spread[:-1]))])


def _peak(values: Floats) -> float:
    """The most frequent value of a sorted class: the middle of its densest twentieth."""
    window = max(1, values.size // 20)
    widths = values[window:] - values[:-window]
    if not widths.size:
        return float(np.median(values))
    narrow = np.flatnonzero(widths == widths.min())
    at = int(narrow[narrow.size // 2])
    return float(values[at + window // 2])


def _within(values: Floats, peak: float, near: float) -> float:
    return float(np.mean(np.abs(values - np.float32(peak)) <= near)) if values.size else 0.0


def _ring(volume: Volume, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    long = int(np.abs(volume.grid.affine[2, :3]).argmax())
    across: list[Any] = []
    for axis in range(3):
        if axis != long:
            place = (2.0 * np.arange(shape[axis]) + 1.0) / shape[axis] - 1.0
            across.append(place.reshape([-1 if a == axis else 1 for a in range(3)]))
    radius = np.hypot(*across)
    inside: npt.NDArray[np.bool_] = (radius > _RING[0]) & (radius < _RING[1])
    return np.broadcast_to(inside, shape)


def _sameness(ring: Array, cut: float) -> tuple[float, float, float]:
    """Share and value of the ring's most frequent value; and how sharp the peak of its larger class is."""
    if not ring.size:
        return 0.0, float("nan"), 0.0
    distinct, counts = np.unique(ring, return_counts=True)
    most = int(counts.argmax())
    low = ring[ring <= cut]
    larger = np.sort(low if 2 * low.size >= ring.size else ring[ring > cut])
    sharp = _within(larger, _peak(larger), 50.0)
    return float(counts[most]) / ring.size, float(distinct[most]), sharp
