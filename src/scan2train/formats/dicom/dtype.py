"""The type of a volume's values: it follows from the header, so that the cases of a data set agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

_WHOLE = (np.uint8, np.int8, np.uint16, np.int16, np.int32)
#: float32 will do while it moves no value by more than this part of its unit.
_MOVED = 1e-4
#: Whole numbers up to this are exact in float32.
_EXACT = 1 << 24


def value_dtype(
    limits: tuple[int, int], slopes: Sequence[float], intercepts: Sequence[float]
) -> np.dtype[Any]:
    """Choose the smallest type that holds every value a header allows.

    Parameters
    ----------
    limits
        Smallest and largest stored value, by Bits Stored and Pixel Representation.
    slopes, intercepts
        Rescale of all slices.

    Returns
    -------
    The first of uint8, int8, uint16, int16, int32 that holds every value, where all slopes and intercepts are whole
    numbers; otherwise float32, or float64 where float32 would move a value by more than 1e-4 of its unit.
    """
    ends = [
        slope * limit + add for slope, add in set(zip(slopes, intercepts, strict=True)) for limit in limits
    ]
    low, high = min(ends), max(ends)
    if all(float(number).is_integer() for number in (*slopes, *intercepts)):
        for kind in _WHOLE:
            if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
                return np.dtype(kind)
    largest = max(abs(low), abs(high))
    if _dyadic(slopes, intercepts, largest):
        return np.dtype(np.float32)
    moved = float(np.spacing(np.float32(min(largest, 3e38)))) / 2
    return np.dtype(np.float32 if moved <= _MOVED else np.float64)


def _dyadic(slopes: Sequence[float], intercepts: Sequence[float], largest: float) -> bool:
    """Whether all values are multiples of a power of two that float32 holds exactly, such as halves."""
    for power in range(25):
        if largest * (1 << power) > _EXACT:
            return False
        if all(float(number * (1 << power)).is_integer() for number in (*slopes, *intercepts)):
            return True
    return False
