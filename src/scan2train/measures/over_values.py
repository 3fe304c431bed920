"""What steps have in common whose numbers are measured: on the volume at hand, or on all training cases together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.measures.values_over import values_over
from scan2train.recipe import Scene, ValueCounts, ValueStep
from scan2train.volume import Array


@dataclass(frozen=True, kw_only=True)
class OverValues(ValueStep):
    """A step with numbers that are taken ``over`` one volume, or over a ``dataset`` ``within`` a part of each case."""

    looks: ClassVar[bool] = True

    over: Literal["volume", "foreground", "body", "labels", "dataset"] = "volume"
    within: Literal["volume", "foreground", "body", "labels"] | None = None
    weigh: Literal["voxels", "cases"] | None = None

    def __post_init__(self) -> None:
        if self.over != "dataset" and (self.within, self.weigh) != (None, None):
            raise WrongUse(
                f'{self.word()}: within and weigh go with over = "dataset"',
                found=f"over = {self.over!r}",
                advice="within says which voxels of each case the data set's numbers are taken from.",
            )

    @property
    def waits(self) -> bool:
        """Whether the data set's numbers are not there yet."""
        return self.over == "dataset" and not self.decided

    @property
    def needs_hu(self) -> bool:
        """Where its numbers are still to be taken in the body."""
        return not self.decided and "body" in (self.over, self.within)

    def contribution(self, scene: Scene) -> ValueCounts:
        """The values of the case at hand, counted."""
        return ValueCounts.of(values_over(scene, self.within or "volume"), alike=self.weigh == "cases")

    def values_at_hand(self, scene: Scene) -> Array:
        """The values that the numbers of one volume are taken from; refuses where there are none."""
        if self.over == "dataset":
            raise WrongUse(f"{self.word()} waits for numbers from a data set", advice="Fit the recipe first.")
        values = values_over(scene, self.over)
        if values.size == 0:
            raise Scan2TrainError(
                f"{self.word()}: there is no value to measure", expected=f"real voxels in the {self.over}"
            )
        return values
