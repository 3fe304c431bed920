"""Which type values have after slope and intercept: decided by the header, so that a data set's cases agree."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.formats.bounded import Stream

#: In order of preference.
_WHOLE = (np.uint8, np.int8, np.uint16, np.int16, np.int32)
#: float32 is taken where it moves no value by more than this, in units of the value.
_MOVED_AT_MOST = 1e-4
_SLAB = 1 << 20


def scaled_dtype(low: int, high: int, slope: float, intercept: float) -> np.dtype[Any]:
    """Type for ``slope * stored + intercept`` where ``stored`` is a whole number from ``low`` to ``high``.

    Whole slope and intercept: the smallest of uint8, int8, uint16, int16 and int32 that holds every value that can
    occur. Otherwise float32, or float64 where float32 would move a value by more than 1e-4.
    """
    ends = sorted((slope * low + intercept, slope * high + intercept))
    if slope.is_integer() and intercept.is_integer():
        for kind in _WHOLE:
            span = np.iinfo(kind)
            if span.min <= ends[0] and ends[1] <= span.max:
                return np.dtype(kind)
    largest = max(abs(end) for end in ends)
    # A value that is a multiple of 1/parts is exact in float32 as long as it has no more than 24 bits.
    parts = math.lcm(slope.as_integer_ratio()[1], intercept.as_integer_ratio()[1])
    exact = largest * parts <= 1 << 24
    fits = largest < np.finfo(np.float32).max and float(np.spacing(np.float32(largest))) / 2 <= _MOVED_AT_MOST
    return np.dtype(np.float32 if exact or fits else np.float64)


def read_values(
    stream: Stream, dtype: np.dtype[Any], count: int, slope: float = 1.0, intercept: float = 0.0
) -> npt.NDArray[Any]:
    """Read ``count`` values of type ``dtype`` and apply ``slope * stored + intercept``, piece by piece.

    Returns a flat array of native byte order. Whole numbers become what :func:`scaled_dtype` says for their type;
    floats keep their type; with slope 1 and intercept 0 everything does.
    """
    if slope == 1 and intercept == 0:
        stored = stream.array(dtype, count)
        return stored if dtype.isnative else stored.byteswap(inplace=True).view(dtype.newbyteorder("="))
    kind = dtype.newbyteorder("=")
    if dtype.kind != "f":
        span = np.iinfo(dtype)
        kind = scaled_dtype(int(span.min), int(span.max), slope, intercept)
    stream.justify(count * dtype.itemsize)
    values = np.empty(count, kind)
    between: npt.DTypeLike = np.int64 if kind.kind in "iu" else np.float64
    factor, offset = np.array([slope, intercept]).astype(between)
    for start in range(0, count, _SLAB):
        stored = stream.array(dtype, min(_SLAB, count - start))
        part = stored.astype(between) * factor + offset
        with np.errstate(over="ignore"):  # what overflows is infinite, and reported as such by the reader
            values[start : start + _SLAB] = part
    return values
