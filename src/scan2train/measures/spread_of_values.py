"""Mean, deviation and ends of a volume's real values."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scan2train.volume import Volume


class SpreadOfValues(NamedTuple):
    """In the unit of the values; all 0 where nothing is real."""

    mean: float
    std: float
    low: float
    high: float


def spread_of_values(volume: Volume) -> SpreadOfValues:
    """Of the voxels that are valid, all channels together."""
    stored = volume.array.T
    if volume.valid is not None:
        stored = stored[..., volume.valid.T]
    if not stored.size:
        return SpreadOfValues(0.0, 0.0, 0.0, 0.0)
    mean, std = float(stored.mean(dtype=np.float64)), float(stored.std(dtype=np.float64))
    return SpreadOfValues(mean, std, float(stored.min()), float(stored.max()))
