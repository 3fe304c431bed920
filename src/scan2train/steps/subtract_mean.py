"""Zero mean."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scan2train.errors import WrongUse
from scan2train.measures.over_values import OverValues
from scan2train.recipe import Scene, Step, Summary, ValueCounts, ValueMap


@dataclass(frozen=True, kw_only=True)
class SubtractMean(OverValues):
    """``value - mean``: values about zero, as far apart as before.

    The mean is taken ``over`` the volume's real voxels, its ``foreground`` (by Otsu's threshold, 1979), the ``body`` of
    a CT, all ``labels`` but 0, or the ``dataset``: then it is fitted on the training cases, ``within`` one of those
    parts of each, and all ``voxels`` or all ``cases`` ``weigh`` the same. With ``mean`` given nothing is measured.
    """

    mean: float | None = None

    @property
    def decided(self) -> bool:
        """Whether the mean is known."""
        return self.mean is not None

    def become(self, scene: Scene, rng: np.random.Generator) -> Step:  # noqa: ARG002 - nothing is left to chance
        """With ``mean`` filled in."""
        if self.decided:
            return self
        return replace(self, mean=float(self.values_at_hand(scene).mean(dtype=np.float64)))

    def fitted(self, total: Summary) -> SubtractMean:
        """With that of all cases."""
        assert isinstance(total, ValueCounts)
        return replace(self, mean=total.mean)

    def map(self) -> ValueMap:
        """The shift, once the mean is known."""
        if self.mean is None:
            raise WrongUse("subtract_mean has no mean yet", advice="Run it in a recipe, or give it.")
        return ValueMap(shift=-self.mean)

    def unit(self, unit: str) -> str:  # noqa: ARG002 - zero is another than the unit's
        """Arbitrary units: 0 HU is water, and here it is the mean."""
        return "a.u."
