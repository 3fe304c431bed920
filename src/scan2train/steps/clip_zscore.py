"""Clip to percentiles of a data set, then its z-score: what nnU-Net does to CT."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scan2train.errors import WrongUse
from scan2train.measures.over_values import OverValues
from scan2train.recipe import Scene, Step, Summary, ValueCounts, ValueMap


@dataclass(frozen=True, kw_only=True)
class ClipZScore(OverValues):
    """Clip to the ``lower`` and ``upper`` percentile, then ``(value - mean) / std``.

    All four numbers are taken of the same values, before the clip. That is nnU-Net's ``CTNormalization`` (Isensee et
    al. 2021), whose voxels are those under any label of the training cases and weigh as much in one case as in the
    next: ``over = "dataset"``, ``within = "labels"``, ``weigh = "cases"``. Here all voxels count and not a drawn part
    of them, so that nothing depends on chance. A ``zscore`` behind a ``clip_percentile`` would be fitted on what the
    clip has left. Otherwise ``over``, ``within`` and ``weigh`` are as for these two.

    ``low``, ``high``, ``mean`` and ``std`` are what was found; given, nothing is measured.
    """

    lower: float = 0.5
    upper: float = 99.5
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    std: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.lower < self.upper <= 100:
            raise WrongUse(
                "clip_zscore", expected="0 ≤ lower < upper ≤ 100", found=f"{self.lower}, {self.upper}"
            )
        given = [one is not None for one in (self.low, self.high, self.mean, self.std)]
        if any(given) and not all(given):
            raise WrongUse("clip_zscore: low, high, mean and std go together", found=self)

    @property
    def decided(self) -> bool:
        """Whether the four values are known."""
        return self.std is not None

    def become(self, scene: Scene, rng: np.random.Generator) -> Step:  # noqa: ARG002 - nothing is left to chance
        """With the four values filled in."""
        if self.decided:
            return self
        values = self.values_at_hand(scene)
        low, high = (float(value) for value in np.percentile(values, [self.lower, self.upper]))
        return self._with(
            low, high, float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64))
        )

    def fitted(self, total: Summary) -> ClipZScore:
        """With those of all cases."""
        assert isinstance(total, ValueCounts)
        low, high = total.percentile(self.lower), total.percentile(self.upper)
        return self._with(low, high, total.mean, total.std)

    def _with(self, low: float, high: float, mean: float, std: float) -> ClipZScore:
        if not std > 0:
            raise WrongUse(
                "clip_zscore: every real value is the same, so there is no deviation to divide by", found=mean
            )
        return replace(self, low=low, high=high, mean=mean, std=std)

    def map(self) -> ValueMap:
        """The clip and the straight line, once the four values are known."""
        if self.low is None or self.high is None or self.mean is None or self.std is None:
            raise WrongUse("clip_zscore has no numbers yet", advice="Run it in a recipe, or give all four.")
        if not self.std > 0:
            raise WrongUse("clip_zscore: std", expected="a number above 0", found=self.std)
        line = ValueMap(scale=1 / self.std, shift=-self.mean / self.std)
        return ValueMap.clip(self.low, self.high).then(line)

    def unit(self, unit: str) -> str:  # noqa: ARG002 - whatever it was, it is no longer that
        """Arbitrary units."""
        return "a.u."
