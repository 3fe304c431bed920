"""Change brightness and contrast at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.measures.spread_of_values import spread_of_values
from scan2train.recipe import Scene
from scan2train.recipe.chance import Chance
from scan2train.steps.linear import Linear


@dataclass(frozen=True, kw_only=True)
class RandomIntensity(Chance):
    """Three draws, each evenly from its range, that become one straight line, a plain ``linear``.

    ``contrast`` stretches the distance of each value from the mean of the real ones; ``scale`` then multiplies;
    ``shift`` is added, in standard deviations of the real values as they stand. 0.75 to 1.25 for contrast and scale,
    0.15 of the time, are nnU-Net's; shifts are left to who wants them.

    On Hounsfield units it is questionable: they are calibrated, and a scaled liver is no liver. Narrow the ranges.
    """

    p: float = 0.15
    contrast: tuple[float, float] = (0.75, 1.25)
    scale: tuple[float, float] = (0.75, 1.25)
    shift: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_range("contrast", self.contrast, 0, open_end=True)
        self.require_range("scale", self.scale, 0, open_end=True)
        self.require_range("shift", self.shift)

    def draw(self, scene: Scene, rng: np.random.Generator) -> Linear:
        """The straight line of this time."""
        contrast, scale, shift = (float(rng.uniform(*one)) for one in (self.contrast, self.scale, self.shift))
        spread = spread_of_values(scene.volume)
        return Linear(scale=scale * contrast, shift=scale * (1 - contrast) * spread.mean + shift * spread.std)
