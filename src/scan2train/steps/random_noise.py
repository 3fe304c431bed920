"""Add noise at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.measures.spread_of_values import spread_of_values
from scan2train.recipe import Scene
from scan2train.recipe.chance import Chance
from scan2train.steps.noise import Noise


@dataclass(frozen=True, kw_only=True)
class RandomNoise(Chance):
    """White Gaussian noise; it becomes a plain ``noise`` that holds its own seed, so that it replays to the bit.

    Its standard deviation is drawn evenly from ``std``, in standard deviations of the volume's real values as they
    stand: a tenth at most is nnU-Net's, whose values have a deviation of 1, and so it is as strong before a scaling as
    after it. With ``relative = false`` it is in the unit of the values.
    """

    p: float = 0.1
    std: tuple[float, float] = (0.0, 0.1)
    relative: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_range("std", self.std, 0)

    def draw(self, scene: Scene, rng: np.random.Generator) -> Noise:
        """The noise of this time."""
        std = float(rng.uniform(*self.std))
        if self.relative:
            std *= spread_of_values(scene.volume).std
        return Noise(std=std, seed=int(rng.integers(1 << 32)))
