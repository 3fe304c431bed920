"""Smooth with a Gaussian."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from scan2train.recipe import ImageStep
from scan2train.recipe.reach import in_voxels, require_one
from scan2train.sampling.filtering import for_filters
from scan2train.volume import Array, Volume


@dataclass(frozen=True, kw_only=True)
class DenoiseGaussian(ImageStep):
    """The mean of what lies around each voxel, weighed by a Gaussian of standard deviation ``sigma_mm``.

    ``sigma`` says the same in voxels, for pictures without millimetres. The kernel ends at four standard deviations.

    Padding weighs nothing, and neither does what would lie beyond the faces: the weighted sum of real voxels is divided
    by their weight (normalised convolution, Knutsson and Westin 1993).
    """

    averages: ClassVar[bool] = True

    sigma_mm: float | None = None
    sigma: float | None = None

    def __post_init__(self) -> None:
        require_one(self.word(), "sigma", self.sigma_mm, self.sigma)

    def image(self, volume: Volume) -> Array:
        """Axis by axis."""
        sigmas = in_voxels(volume.grid, self.word(), "sigma", self.sigma_mm, self.sigma)
        values, real = for_filters(volume)
        if real is None:
            smooth = _smooth(values, sigmas)
            # The weight of a whole box is the product of that of its sides.
            for axis, sigma in enumerate(reversed(sigmas)):
                side = np.ones(values.shape[axis], values.dtype)
                smooth /= _along(side, sigma, 0).reshape([-1 if one == axis else 1 for one in range(3)])
            return smooth.T
        weights = _smooth(real.astype(values.dtype), sigmas)
        return np.divide(_smooth(values, sigmas), weights, where=real, out=values).T


def _smooth(values: Array, sigmas: tuple[float, ...]) -> Array:
    for axis, sigma in enumerate(reversed(sigmas)):
        values = _along(values, sigma, axis)
    return values


def _along(values: Array, sigma: float, axis: int) -> Array:
    from scipy.ndimage import gaussian_filter1d

    made: Array = gaussian_filter1d(values, sigma, axis, mode="constant", truncate=4.0)
    return made
