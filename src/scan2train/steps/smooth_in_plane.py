"""Smooth each slice by a Gaussian.

``denoise_gaussian`` does so along all axes with the usual kernel, whose variance is wrong below a voxel: no matter for
noise, but too much for a sharpness that is measured before and after. So there are two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe import ImageStep
from scan2train.volume import Array, Volume


@dataclass(frozen=True, kw_only=True)
class SmoothInPlane(ImageStep):
    """A Gaussian of ``sigma_mm`` along i and j, none along k: as a smoother reconstruction kernel would do.

    The variance of the kernel is right however small it is beside a pixel; 0 changes nothing. What is padding, or
    beyond the faces, weighs nothing.

    ``measured_mm`` and ``target_mm`` say why it is that much, where ``match_sharpness`` decided it.
    """

    averages: ClassVar[bool] = True

    sigma_mm: float
    measured_mm: float | None = None
    target_mm: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.sigma_mm < 1e3:
            raise WrongUse("smooth_in_plane: sigma_mm", expected="0 or more, in mm", found=self.sigma_mm)

    def image(self, volume: Volume) -> Array:
        """Slice by slice, float32 (float64 of float64)."""
        if self.sigma_mm == 0:
            return volume.array
        volume.grid.require_physical("smooth_in_plane")
        kind = np.float64 if volume.array.dtype == np.float64 else np.float32
        n_i, n_j, n_k = volume.grid.shape
        made = np.empty((n_k, n_j, n_i), dtype=kind)
        kernels = [_kernel(self.sigma_mm / step) for step in volume.grid.spacing[:2]]
        all_real = _blurred(np.ones((n_j, n_i), dtype=kind), kernels)
        for k in range(n_k):
            plane = volume.array[:, :, k].T.astype(kind)
            real = None if volume.valid is None else volume.valid[:, :, k].T
            if real is None or real.all():
                np.divide(_blurred(plane, kernels), all_real, out=made[k])
                continue
            weight = _blurred(real.astype(kind), kernels)
            total = _blurred(np.where(real, plane, kind(0)), kernels)
            made[k] = np.divide(total, weight, out=plane, where=real & (weight > 0))
        transposed: Array = made.T
        return transposed


def _kernel(sigma: float) -> Array:
    """Weights of a sampled Gaussian whose variance is ``sigma``² pixels; what is cut off is less than a millionth."""
    from scipy.optimize import brentq

    reach = int(np.ceil(5 * sigma + 3))
    offsets = np.arange(-reach, reach + 1)

    def weights(width: float) -> Array:
        sampled = np.exp(-((offsets / width) ** 2) / 2)
        normal: Array = sampled / sampled.sum()
        return normal

    def beyond(width: float) -> float:
        return float((weights(width) * offsets**2).sum() - sigma**2)

    # Samples of a Gaussian narrower than a pixel have less variance than it has: a wider one is taken.
    return weights(sigma if beyond(sigma) >= 0 or sigma >= 1 else float(brentq(beyond, sigma, sigma + 1)))


def _blurred(plane: Array, kernels: list[Array]) -> Array:
    """A plane ``(j, i)`` with nothing around it."""
    from scipy.ndimage import correlate1d

    rows = correlate1d(plane, kernels[0], axis=1, mode="constant")
    blurred: Array = correlate1d(rows, kernels[1], axis=0, mode="constant")
    return blurred
