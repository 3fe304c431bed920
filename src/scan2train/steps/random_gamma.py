"""Bend values at random."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scan2train.measures.spread_of_values import spread_of_values
from scan2train.recipe import Scene, Step
from scan2train.recipe.chance import Chance, nothing
from scan2train.steps.gamma import Gamma


@dataclass(frozen=True, kw_only=True)
class RandomGamma(Chance):
    """A power of the values between the least and the greatest real one; it becomes a plain ``gamma``.

    The exponent is drawn from ``exponent`` on a logarithmic scale, so that as many images become brighter as darker.
    ``keep_spread`` puts mean and standard deviation back to what they were, so that a network learns about contrast and
    not about brightness; with the probability ``inverted`` the power is taken from the bright end down. 0.7 to 1.5, the
    spread kept and 0.3 of the time are nnU-Net's, which does a tenth of the images inverted as well.
    """

    p: float = 0.3
    exponent: tuple[float, float] = (0.7, 1.5)
    inverted: float = 0.25
    keep_spread: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_range("exponent", self.exponent, 0, open_end=True)
        self.require_range("inverted", (self.inverted, 1.0), 0)

    def draw(self, scene: Scene, rng: np.random.Generator) -> Step:
        """The gamma of this time; nothing where all values are the same."""
        exponent = float(np.exp(rng.uniform(*np.log(self.exponent))))
        inverted = bool(rng.random() < self.inverted)
        before = spread_of_values(scene.volume)
        if not before.low < before.high:
            return nothing()
        bent = Gamma(exponent=exponent, low=before.low, high=before.high, inverted=inverted)
        if not self.keep_spread:
            return bent
        after = spread_of_values(scene.volume.replace(array=bent.values(scene.volume.array)))
        scale = before.std / after.std if after.std > 0 else 1.0
        return replace(bent, scale=scale, shift=before.mean - scale * after.mean)
