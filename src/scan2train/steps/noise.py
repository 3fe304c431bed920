"""Add Gaussian noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe import ImageStep
from scan2train.volume import Array, Volume


@dataclass(frozen=True, kw_only=True)
class Noise(ImageStep):
    """White Gaussian noise with standard deviation ``std``, in the unit of the values, the same for each ``seed``.

    Each channel has noise of its own.
    """

    std: float
    seed: int

    def __post_init__(self) -> None:
        if not 0 <= self.std < np.inf:
            raise WrongUse("noise: std", expected="a number from 0", found=self.std)
        if self.seed < 0:
            raise WrongUse("noise: seed", expected="a whole number from 0", found=self.seed)

    def image(self, volume: Volume) -> Array:
        """The values and the noise."""
        kind = np.float64 if volume.array.dtype == np.float64 else np.float32
        noise = np.random.default_rng(self.seed).standard_normal(volume.array.shape[::-1], dtype=np.float32)
        noise *= np.float32(self.std)
        stored: Array = volume.array.T.astype(kind, copy=False)
        made: Array = (stored + noise).T
        return made

    def channels(self, volume: Volume) -> Array:
        """All drawn as one, so that no channel repeats another's noise."""
        return self.image(volume)
