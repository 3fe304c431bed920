"""Limit values to percentiles of the volume."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from scan2train.errors import WrongUse
from scan2train.measures.foreground import foreground_values
from scan2train.recipe import Scene, Step, ValueMap, ValueStep


@dataclass(frozen=True, kw_only=True)
class ClipPercentile(ValueStep):
    """Clip to the ``lower`` and ``upper`` percentile (0 to 100) of the real voxels, or of the foreground.

    The foreground lies above Otsu's threshold (1979).

    ``low`` and ``high`` are the two values found; given, nothing is measured.
    """

    looks: ClassVar[bool] = True

    lower: float = 0.5
    upper: float = 99.5
    over: Literal["volume", "foreground"] = "volume"
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.lower < self.upper <= 100:
            raise WrongUse(
                "clip_percentile", expected="0 ≤ lower < upper ≤ 100", found=f"{self.lower}, {self.upper}"
            )
        if (self.low is None) != (self.high is None):
            raise WrongUse("clip_percentile: low and high go together", found=f"{self.low}, {self.high}")

    @property
    def decided(self) -> bool:
        """Whether the two values are known."""
        return self.low is not None and self.high is not None

    def become(self, scene: Scene, rng: np.random.Generator) -> Step:  # noqa: ARG002 - nothing is left to chance
        """With ``low`` and ``high`` filled in."""
        if self.decided:
            return self
        values = foreground_values(scene.volume, whole=self.over == "volume")
        low, high = (float(value) for value in np.percentile(values, [self.lower, self.upper]))
        return ClipPercentile(lower=self.lower, upper=self.upper, over=self.over, low=low, high=high)

    def map(self) -> ValueMap:
        """The clip, once the two values are known."""
        if self.low is None or self.high is None:
            raise WrongUse(
                "clip_percentile has no low and high yet", advice="Run it in a recipe, or give both."
            )
        return ValueMap.clip(self.low, self.high)
