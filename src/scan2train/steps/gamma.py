"""Bend values between two ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe import ValueMap, ValueStep
from scan2train.volume import Array


@dataclass(frozen=True, kw_only=True)
class Gamma(ValueStep):
    """``low + (high − low) · ((value − low) / (high − low)) ^ exponent`` from ``low`` to ``high``, and then a line.

    Values beyond the two ends stay. An exponent below 1 makes what lies between brighter, above 1 darker; ``inverted``
    counts from ``high`` down, so that it is the other way round. Then ``scale · value + shift``.
    """

    exponent: float
    low: float
    high: float
    inverted: bool = False
    scale: float = 1.0
    shift: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.exponent < np.inf:
            raise WrongUse("gamma: exponent", expected="a number above 0", found=self.exponent)
        if not self.low < self.high:
            raise WrongUse("gamma", expected="low below high", found=f"{self.low}, {self.high}")

    def map(self) -> ValueMap | None:
        """None: it bends."""
        return None

    def values(self, array: Array) -> Array:
        """The power between the ends, float32, or float64 where values were."""
        kind = np.float64 if array.dtype == np.float64 else np.float32
        stored: Array = array.T.astype(kind, copy=False)
        part = (stored - kind(self.low)) / kind(self.high - self.low)
        within = np.clip(part, 0, 1)
        bent = 1 - (1 - within) ** kind(self.exponent) if self.inverted else within ** kind(self.exponent)
        # What lies beyond an end keeps its distance to it.
        made = (bent + (part - within)) * kind(self.scale * (self.high - self.low))
        made += kind(self.scale * self.low + self.shift)
        result: Array = made.T
        return result

    def unit(self, unit: str) -> str:  # noqa: ARG002 - whatever it was, it is no longer that
        """Arbitrary units."""
        return "a.u."
