"""Stretch values to a range, such as 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe import Scene, Step, ValueMap, ValueStep


@dataclass(frozen=True, kw_only=True)
class Rescale(ValueStep):
    """The straight line that takes ``from_range`` to ``to``.

    Without ``from_range`` it starts from the range that a clip before it fixed, the same for every case; where
    nothing did, from the least and the greatest real value of the volume as it stands.
    """

    to: tuple[float, float] = (0.0, 1.0)
    from_range: tuple[float, float] | None = None

    @property
    def decided(self) -> bool:
        """Whether it is known where the range begins and ends."""
        return self.from_range is not None

    def become(self, scene: Scene, rng: np.random.Generator) -> Step:  # noqa: ARG002 - nothing is left to chance
        """With ``from_range`` filled in."""
        if self.from_range is not None:
            return self
        if scene.bounds is not None:
            return Rescale(to=self.to, from_range=scene.bounds)
        volume = scene.volume
        real = volume.array if volume.valid is None else volume.array[volume.valid]
        low, high = (float(real.min()), float(real.max())) if real.size else (0.0, 0.0)
        if low == high:
            raise WrongUse(
                "rescale: every real value is the same, so there is no range to stretch", found=low
            )
        return Rescale(to=self.to, from_range=(low, high))

    def map(self) -> ValueMap:
        """The straight line, once the range is known."""
        if self.from_range is None:
            raise WrongUse("rescale has no from_range yet", advice="Run it in a recipe, or give from_range.")
        return ValueMap.linear(self.from_range, self.to)

    def unit(self, unit: str) -> str:  # noqa: ARG002 - whatever it was, it is no longer that
        """Arbitrary units."""
        return "a.u."
