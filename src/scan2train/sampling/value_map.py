"""Chains of clips and linear changes of value, folded into one expression."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from scan2train.errors import WrongUse


@dataclass(frozen=True, slots=True)
class ValueMap:
    """The map ``x -> min(max(scale * x + shift, low), high)``.

    Any chain of clips and linear maps is one of these, so that a recipe touches every voxel once, however many
    such steps it has.
    """

    scale: float = 1.0
    shift: float = 0.0
    low: float = -math.inf
    high: float = math.inf

    def __post_init__(self) -> None:
        if not (math.isfinite(self.scale) and math.isfinite(self.shift)) or self.scale == 0:
            raise WrongUse(
                "a linear map of values needs a finite shift and a finite scale other than 0", found=self
            )
        if math.isnan(self.low) or math.isnan(self.high) or self.low > self.high:
            raise WrongUse("a clip needs low ≤ high", found=f"{self.low} .. {self.high}")

    @classmethod
    def clip(cls, low: float, high: float) -> Self:
        """Values below ``low`` become ``low``, those above ``high`` become ``high``."""
        return cls(low=low, high=high)

    @classmethod
    def linear(cls, source: tuple[float, float], target: tuple[float, float]) -> Self:
        """The straight line that takes ``source[0]`` to ``target[0]`` and ``source[1]`` to ``target[1]``."""
        if source[0] == source[1]:
            raise WrongUse("a range of values must have two different ends", found=source)
        scale = (target[1] - target[0]) / (source[1] - source[0])
        return cls(scale=scale, shift=target[0] - scale * source[0])

    def then(self, after: ValueMap) -> ValueMap:
        """The map of both, first this one and then ``after``."""
        ends = after(self.low), after(self.high)
        return ValueMap(
            scale=self.scale * after.scale,
            shift=self.shift * after.scale + after.shift,
            low=min(ends),
            high=max(ends),
        )

    def inverse(self) -> ValueMap | None:
        """The map back, or ``None`` where a clip lost values."""
        if math.isfinite(self.low) or math.isfinite(self.high):
            return None
        return ValueMap(scale=1 / self.scale, shift=-self.shift / self.scale)

    @property
    def is_identity(self) -> bool:
        """Whether every value stays what it is."""
        return self == ValueMap()

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The two values that nothing can exceed, where both are known."""
        known = math.isfinite(self.low) and math.isfinite(self.high)
        return (self.low, self.high) if known else None

    def __call__(self, value: float) -> float:
        """The map of one number."""
        return min(max(self.scale * value + self.shift, self.low), self.high)
