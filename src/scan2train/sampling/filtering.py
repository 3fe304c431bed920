"""An image as filters take it: as it lies in memory, in the type of the result, and with what is real beside it."""

from __future__ import annotations

import numpy as np

from scan2train.sampling.memory import result_type
from scan2train.volume import Array, Mask, Volume


def for_filters(volume: Volume) -> tuple[Array, Mask | None]:
    """``(k, j, i)`` in C order, values in float32 (float64 where the source needs it), 0 where they are not real."""
    values = np.array(volume.array.T, dtype=result_type(volume.array.dtype), order="C")
    if volume.valid is None:
        return values, None
    real = np.ascontiguousarray(volume.valid.T)
    values[~real] = 0
    return values, real
