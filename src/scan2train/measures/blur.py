"""How much a picture varies, and how steep its steepest edges are: what motion during a scan takes from both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from scan2train.volume import Volume

#: The steepest part of all voxels: edges, not noise.
_STEEPEST: Final = 98.0
#: So many planes in the middle of the volume are looked at.
_PLANES: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Blur:
    """``variance`` of the values, in the square of their unit; ``edges`` per mm, by their standard deviation."""

    variance: float
    edges: float


def blur(volume: Volume) -> Blur | None:
    """Look at the middle planes of a volume, within its planes; ``None`` where all real voxels are alike.

    Parameters
    ----------
    volume
        ``(i, j, k)`` of one channel; of colour and of single points there is nothing to say.
    """
    array = volume.array
    if array.ndim != 3 or min(array.shape[:2]) < 3:
        return None
    first = max(0, (array.shape[2] - _PLANES) // 2)
    part = array[:, :, first : first + _PLANES].astype(np.float32)
    real = np.isfinite(part)
    if volume.valid is not None:
        real &= volume.valid[:, :, first : first + _PLANES]
    values = part[real]
    if not values.size or not (deviation := float(values.std())):
        return None
    step_i, step_j, _ = volume.grid.spacing
    along_i = (part[2:, 1:-1] - part[:-2, 1:-1]) / (2 * step_i)
    along_j = (part[1:-1, 2:] - part[1:-1, :-2]) / (2 * step_j)
    inside = real[2:, 1:-1] & real[:-2, 1:-1] & real[1:-1, 2:] & real[1:-1, :-2]
    steepness = np.hypot(along_i, along_j)[inside]
    if not steepness.size:
        return None
    edges = float(np.percentile(steepness, _STEEPEST)) / deviation
    return Blur(variance=deviation**2, edges=edges)
