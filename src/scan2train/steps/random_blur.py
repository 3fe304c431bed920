"""Smooth at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.recipe import Scene
from scan2train.recipe.chance import Chance
from scan2train.steps.denoise_gaussian import DenoiseGaussian


@dataclass(frozen=True, kw_only=True)
class RandomBlur(Chance):
    """A Gaussian whose standard deviation is drawn evenly from ``sigma_mm``; it becomes a plain ``denoise_gaussian``.

    0.5 to 1 is nnU-Net's range in voxels, a fifth of the time, and the same in millimetres where voxels have 1 mm. Here
    it is millimetres, since the sharpness of a scan is: thick slices are not blurred once more along their normal. On a
    grid without millimetres it is voxels.
    """

    p: float = 0.2
    sigma_mm: tuple[float, float] = (0.5, 1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_range("sigma_mm", self.sigma_mm, 0, open_end=True)

    def draw(self, scene: Scene, rng: np.random.Generator) -> DenoiseGaussian:
        """The smoothing of this time."""
        sigma = float(rng.uniform(*self.sigma_mm))
        return DenoiseGaussian(sigma_mm=sigma) if scene.grid.physical else DenoiseGaussian(sigma=sigma)
