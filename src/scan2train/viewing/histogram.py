"""How often each value occurs in an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scan2train.viewing.image import Image

_BINS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """``counts`` of 256 equal parts of the way from ``low`` to ``high``, real values alone."""

    low: float
    high: float
    counts: tuple[int, ...]


@np.errstate(over="ignore", invalid="ignore")  # what float32 cannot hold is shown as the brightest
def histogram_of(image: Image, t: int = 0) -> Histogram:
    """Count every real value at one point of an image's dimension; of colour, the values of all channels."""
    low, high = image.range
    valid = None if image.volume.valid is None else image.volume.valid.T
    counts = np.zeros(_BINS, np.int64)
    whole = image.values(t).T  # (k, j, i), or (c, k, j, i)
    for channel in whole if whole.ndim == 4 else whole[None]:
        # Slice by slice: no copy of the whole in another type.
        for k, values in enumerate(channel):
            counts += _counted(values if valid is None else values[valid[k]], low, high)
    return Histogram(low=low, high=high, counts=tuple(counts.tolist()))


def _counted(values: npt.NDArray[np.generic], low: float, high: float) -> npt.NDArray[np.int64]:
    numbers = values.ravel().astype(np.float32)
    if values.dtype.kind == "f":
        numbers = numbers[np.isfinite(numbers)]
    numbers -= np.float32(low)
    numbers *= np.float32(_BINS / (high - low) if high > low else 0.0)
    places = np.clip(numbers.astype(np.int64), 0, _BINS - 1)
    return np.bincount(places, minlength=_BINS)
