"""A change of values without a change of place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scan2train.sampling.memory import for_kernels, result_type

if TYPE_CHECKING:
    from scan2train.sampling.value_map import ValueMap
    from scan2train.volume import Array, Volume


def transform_values(volume: Volume, change: ValueMap) -> Volume:
    """``volume`` with every value passed through ``change``; float32, or float64 where the source is."""
    from scan2train.kernels.change_values import change_values

    stored = for_kernels(volume.array)
    out = np.empty(stored.shape, result_type(stored.dtype))
    change_values(stored.reshape(-1), constants(change, out.dtype), out.reshape(-1))
    return volume.replace(array=out.T)


def constants(change: ValueMap, dtype: np.dtype[Any]) -> Array:
    """``(scale, shift, low, high)`` in the type that the kernels reckon in."""
    return np.array([change.scale, change.shift, change.low, change.high], dtype=dtype)
