"""Zero mean and unit standard deviation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scan2train.errors import WrongUse
from scan2train.measures.over_values import OverValues
from scan2train.recipe import Scene, Step, Summary, ValueCounts, ValueMap


@dataclass(frozen=True, kw_only=True)
class ZScore(OverValues):
    """``(value - mean) / std``.

    Both are taken ``over`` the volume's real voxels, its ``foreground`` (by Otsu's threshold, 1979), the ``body`` of a
    CT (lungs included, without table and air), all ``labels`` but 0, or the ``dataset``: then they are fitted on the
    training cases, ``within`` one of those parts of each, and all ``voxels`` or all ``cases`` ``weigh`` the same.

    ``std`` is that of the population. With ``mean`` and ``std`` given nothing is measured.
    """

    mean: float | None = None
    std: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.mean is None) != (self.std is None):
            raise WrongUse("zscore: mean and std go together", found=f"{self.mean}, {self.std}")

    @property
    def decided(self) -> bool:
        """Whether mean and standard deviation are known."""
        return self.mean is not None and self.std is not None

    def become(self, scene: Scene, rng: np.random.Generator) -> Step:  # noqa: ARG002 - nothing is left to chance
        """With ``mean`` and ``std`` filled in."""
        if self.decided:
            return self
        values = self.values_at_hand(scene)
        mean = float(values.mean(dtype=np.float64))
        return self._with(mean, float(values.std(dtype=np.float64)))

    def fitted(self, total: Summary) -> ZScore:
        """With those of all cases."""
        assert isinstance(total, ValueCounts)
        return self._with(total.mean, total.std)

    def _with(self, mean: float, std: float) -> ZScore:
        if not std > 0:
            raise WrongUse(
                "zscore: every real value is the same, so there is no deviation to divide by", found=mean
            )
        return replace(self, mean=mean, std=std)

    def map(self) -> ValueMap:
        """The straight line, once mean and standard deviation are known."""
        if self.mean is None or self.std is None:
            raise WrongUse("zscore has no mean and std yet", advice="Run it in a recipe, or give both.")
        if not self.std > 0:
            raise WrongUse("zscore: std", expected="a number above 0", found=self.std)
        return ValueMap(scale=1 / self.std, shift=-self.mean / self.std)

    def unit(self, unit: str) -> str:  # noqa: ARG002 - whatever it was, it is no longer that
        """Arbitrary units."""
        return "a.u."
