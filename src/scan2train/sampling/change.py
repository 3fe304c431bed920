"""A change of values without a change of place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scan2train.sampling.memory import for_kernels, result_type

if TYPE_CHECKING:
    from scan2train.sampling.value_map import ValueMap
    from scan2train.volume import Array, Volume


def transform_values(volume: Volume, change: ValueMap, *, whole: bool = False) -> Volume:
    """``volume`` with every value passed through ``change``.

    With ``whole`` the values are rounded and the integer type is kept; else float32, or float64 where the source is.
    """
    from scan2train.kernels.change_values import change_values

    stored = for_kernels(volume.array)
    out = np.empty(stored.shape, volume.array.dtype if whole else result_type(stored.dtype))
    change_values(stored.reshape(-1), constants(change, stored.dtype, out.dtype), whole, out.reshape(-1))
    return volume.replace(array=out.T)


def constants(change: ValueMap, source: np.dtype[Any], result: np.dtype[Any]) -> Array:
    """``(scale, shift, low, high)`` in the type that the kernels reckon in, within what ``result`` can hold."""
    low, high = change.low, change.high
    if result.kind in "iu":
        low, high = max(low, np.iinfo(result).min), min(high, np.iinfo(result).max)
    return np.array([change.scale, change.shift, low, high], dtype=result_type(source))
