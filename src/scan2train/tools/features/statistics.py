"""Intensity-based statistical features (IBSI 3.3) of the values within a label."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def statistics(values: npt.NDArray[np.float64]) -> dict[str, float | None]:
    """The ``stat_`` features of ``(n,)`` finite values; all ``None`` where there is none.

    Variance, skewness and kurtosis are those of the values themselves (division by n), skewness and kurtosis 0 where
    all values are one; percentiles interpolate linearly between neighbours. A ratio to 0 is ``None``.
    """
    if not values.size:
        return dict.fromkeys(_NAMES)
    p10, p25, median, p75, p90 = np.percentile(values, (10, 25, 50, 75, 90)).tolist()
    low, high = float(values.min()), float(values.max())
    mean = float(values.mean()) if low < high else low
    apart = values - mean
    square = apart * apart
    variance = float(square.mean())
    skewness = float((square * apart).mean()) / variance**1.5 if variance > 0 else 0.0
    kurtosis = float((square * square).mean()) / variance**2 - 3 if variance > 0 else 0.0
    robust = values[(values >= p10) & (values <= p90)]
    energy = float(values @ values)
    return {
        "stat_mean": mean,
        "stat_var": variance,
        "stat_skew": skewness,
        "stat_kurt": kurtosis,
        "stat_median": median,
        "stat_min": low,
        "stat_p10": p10,
        "stat_p90": p90,
        "stat_max": high,
        "stat_iqr": p75 - p25,
        "stat_range": high - low,
        "stat_mad": float(np.abs(apart).mean()),
        "stat_rmad": float(np.abs(robust - robust.mean()).mean()) if robust.size else None,
        "stat_medad": float(np.abs(values - median).mean()),
        "stat_cov": variance**0.5 / mean if mean else None,
        "stat_qcod": (p75 - p25) / (p75 + p25) if p75 + p25 else None,
        "stat_energy": energy,
        "stat_rms": (energy / values.size) ** 0.5,
    }


_NAMES = tuple(statistics(np.zeros(1)))
