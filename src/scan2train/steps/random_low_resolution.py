"""Simulate a coarser scan at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe import Scene
from scan2train.recipe.chance import Chance
from scan2train.steps.low_resolution import LowResolution


@dataclass(frozen=True, kw_only=True)
class RandomLowResolution(Chance):
    """One of ``axes``, as likely as the others, is brought down by a factor drawn evenly from ``factor``, and up again.

    It becomes a plain ``low_resolution``. Up to twice, a quarter of the time, is nnU-Net's, which takes all axes at
    once; a single axis is what thick slices look like, as in TorchIO's anisotropy.
    """

    p: float = 0.25
    factor: tuple[float, float] = (1.0, 2.0)
    axes: tuple[int, ...] = (0, 1, 2)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_range("factor", self.factor, 1)
        if not self.axes or not set(self.axes) <= {0, 1, 2}:
            raise WrongUse("random_low_resolution: axes", expected="0, 1 or 2", found=self.axes)

    def draw(self, scene: Scene, rng: np.random.Generator) -> LowResolution:  # noqa: ARG002 - chance alone decides
        """The axis and the factor of this time."""
        axis = self.axes[int(rng.integers(len(self.axes)))]
        return LowResolution(axis=axis, factor=float(rng.uniform(*self.factor)))
