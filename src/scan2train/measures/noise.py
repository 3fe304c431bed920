"""How large a picture's noise is, from what voxels differ from their neighbours by."""

from __future__ import annotations

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.measures.foreground import otsu_threshold
from scan2train.volume import Array, Mask, Volume

#: From the median of absolute deviations to the standard deviation of a normal distribution.
_NORMAL = 1.4826


def noise_sigma(volume: Volume) -> float:
    """Standard deviation of white noise in the foreground (above Otsu's threshold), in the volume's unit.

    Each voxel less the mean of its ``n`` neighbours along the axes has ``1 + 1/n`` times the noise's variance where the
    picture is smooth (pseudo-residuals, Gasser et al. 1986); the median of their absolute values passes over edges.
    Noise that was smoothed by a reconstruction differs less from voxel to voxel than it does by far, and looks smaller.

    Raises
    ------
    Scan2TrainError
        If no foreground voxel has all its neighbours, or all values are the same.
    """
    axes = [axis for axis in range(3) if volume.array.shape[axis] > 2]
    inner = tuple(slice(1, -1) if axis in axes else slice(None) for axis in range(3))
    values = volume.array.astype(np.float32)
    seen = values[inner] > otsu_threshold(volume)
    mean = np.zeros_like(values[inner])
    for axis in axes:
        for side in (slice(None, -2), slice(2, None)):
            beside = (*inner[:axis], side, *inner[axis + 1 :])
            mean += values[beside]
            if volume.valid is not None:
                seen &= _beside(volume.valid[beside], seen)
    if volume.valid is not None:
        seen &= _beside(volume.valid[inner], seen)
    if not axes or not seen.any():
        raise Scan2TrainError(
            "no noise to be measured", expected="foreground of several voxels each way", found=volume
        )
    near = 2 * len(axes)
    residual: Array = values[inner][seen] - mean[seen] / near
    return float(_NORMAL * np.median(np.abs(residual)) / np.sqrt(1 + 1 / near))


def _beside(real: Mask, seen: Mask) -> Mask:
    """The mask, for each channel where there are several."""
    return real if seen.ndim == 3 else real[..., None]
