"""Spread values so that each is as frequent as any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from scan2train.errors import WrongUse
from scan2train.measures.foreground import foreground_values
from scan2train.recipe import Scene, Step, ValueStep
from scan2train.volume import Array

#: Values of the distribution that the account keeps; between them it is a straight line.
KNOTS = 257


@dataclass(frozen=True, kw_only=True)
class EqualizeHistogram(ValueStep):
    """Each value becomes its share: the part of all values that lie below it, from 0 to 1.

    The cumulative distribution is that of the real voxels, or of the ``foreground`` (above Otsu's threshold); what lies
    below all of it becomes 0. ``knots`` are its quantiles at even steps, found if not given: they are what the account
    keeps, and what lies between two of them is on a straight line. A value that many voxels share becomes the middle of
    the shares that it takes up.
    """

    looks: ClassVar[bool] = True

    over: Literal["volume", "foreground"] = "volume"
    knots: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if self.knots is not None and (
            len(self.knots) < 2 or not self.knots[0] < self.knots[-1] or not (np.diff(self.knots) >= 0).all()
        ):
            raise WrongUse(f"{self.word()}: knots", expected="two or more rising values", found=self.knots)

    @property
    def decided(self) -> bool:
        """Whether the distribution is known."""
        return self.knots is not None

    def become(self, scene: Scene, rng: np.random.Generator) -> Step:  # noqa: ARG002 - nothing is left to chance
        """With ``knots`` filled in."""
        if self.decided:
            return self
        values = foreground_values(scene.volume, whole=self.over == "volume")
        knots = np.quantile(values.astype(np.float32, copy=False), np.linspace(0, 1, KNOTS))
        if not knots[0] < knots[-1]:
            raise WrongUse(f"{self.word()}: every real value is the same", found=float(knots[0]))
        return EqualizeHistogram(over=self.over, knots=tuple(knots.tolist()))

    def map(self) -> None:
        """No straight line."""
        return

    def values(self, array: Array) -> Array:
        """Straight lines from knot to knot."""
        if self.knots is None:
            raise WrongUse(f"{self.word()} has no knots yet", advice="Run it in a recipe, or give them.")
        knots, first, counts = np.unique(self.knots, return_index=True, return_counts=True)
        shares = (first + (counts - 1) / 2) / (len(self.knots) - 1)
        # Slice by slice: interp makes float64 of all that it is given.
        made = [np.interp(one, knots, shares).astype(np.float32) for one in array.T]
        return np.stack(made).T

    def unit(self, unit: str) -> str:  # noqa: ARG002 - whatever it was, it is no longer that
        """Arbitrary units."""
        return "a.u."
