"""Smooth with a Gaussian."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe import ImageStep
from scan2train.volume import Array, Volume


@dataclass(frozen=True, kw_only=True)
class Blur(ImageStep):
    """A Gaussian with a standard deviation of ``sigma_mm``, the same in all directions whatever the voxels are.

    It is cut off at four of them; beyond the volume its border goes on. Padding weighs nothing: the weighted sum over
    real voxels is divided by their weight. On a grid without millimetres it counts in pixels.
    """

    sigma_mm: float

    def __post_init__(self) -> None:
        if not 0 <= self.sigma_mm < np.inf:
            raise WrongUse("blur: sigma_mm", expected="a number from 0", found=self.sigma_mm)

    def image(self, volume: Volume) -> Array:
        """The smoothed values, float32, or float64 where they were."""
        from scipy.ndimage import gaussian_filter

        kind = np.float64 if volume.array.dtype == np.float64 else np.float32
        sigma = [self.sigma_mm / spacing for spacing in reversed(volume.grid.spacing)]
        stored: Array = volume.array.T.astype(kind, copy=False)
        if volume.valid is None:
            smooth: Array = gaussian_filter(stored, sigma, mode="nearest")
            return smooth.T
        real = volume.valid.T
        # Around a value that is there, so that nothing is lost to rounding where it is far from 0.
        about = kind(stored[real].mean(dtype=np.float64)) if real.any() else kind(0)
        total = gaussian_filter(np.where(real, stored - about, kind(0)), sigma, mode="nearest")
        weight = gaussian_filter(real.astype(kind), sigma, mode="nearest")
        made: Array = np.where(real, total / np.where(real, weight, 1) + about, kind(0)).T
        return made
