"""Zero mean and unit standard deviation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from scan2train.errors import WrongUse
from scan2train.measures.foreground import foreground_values
from scan2train.recipe import Scene, Step, ValueMap, ValueStep


@dataclass(frozen=True, kw_only=True)
class ZScore(ValueStep):
    """``(value - mean) / std``, both taken ``over`` the volume's real voxels, or its foreground (by Otsu's threshold).

    ``std`` is that of the population. With ``mean`` and ``std`` given, those of a data set say, nothing is measured.
    """

    looks: ClassVar[bool] = True

    over: Literal["volume", "foreground"] = "volume"
    mean: float | None = None
    std: float | None = None

    def __post_init__(self) -> None:
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
        values = foreground_values(scene.volume, whole=self.over == "volume")
        mean = float(values.mean(dtype=np.float64))
        std = float(values.std(dtype=np.float64))
        if not std > 0:
            raise WrongUse(
                "zscore: every real value is the same, so there is no deviation to divide by", found=mean
            )
        return ZScore(over=self.over, mean=mean, std=std)

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
