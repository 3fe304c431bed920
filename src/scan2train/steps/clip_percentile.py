"""Limit values to percentiles."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scan2train.errors import WrongUse
from scan2train.measures.over_values import OverValues
from scan2train.recipe import Scene, Step, Summary, ValueCounts, ValueMap


@dataclass(frozen=True, kw_only=True)
class ClipPercentile(OverValues):
    """Clip to the ``lower`` and ``upper`` percentile (0 to 100).

    They are taken ``over`` the volume's real voxels, its ``foreground`` (by Otsu's threshold, 1979), the ``body`` of a
    CT, all ``labels`` but 0, or the ``dataset``: then they are fitted on the training cases, ``within`` one of those
    parts of each, and all ``voxels`` or all ``cases`` ``weigh`` the same. Of a data set they are exact for whole
    numbers up to ±8192, and within 1/16384 of themselves for others.

    ``low`` and ``high`` are the two values found; given, nothing is measured.
    """

    lower: float = 0.5
    upper: float = 99.5
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
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
        values = self.values_at_hand(scene)
        low, high = (float(value) for value in np.percentile(values, [self.lower, self.upper]))
        return replace(self, low=low, high=high)

    def fitted(self, total: Summary) -> ClipPercentile:
        """With those of all cases."""
        assert isinstance(total, ValueCounts)
        return replace(self, low=total.percentile(self.lower), high=total.percentile(self.upper))

    def map(self) -> ValueMap:
        """The clip, once the two values are known."""
        if self.low is None or self.high is None:
            raise WrongUse(
                "clip_percentile has no low and high yet", advice="Run it in a recipe, or give both."
            )
        return ValueMap.clip(self.low, self.high)
