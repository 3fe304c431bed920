"""What is left to chance: done with a probability, and then by numbers that are drawn."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scan2train.errors import WrongUse
from scan2train.recipe.lookup import find_step
from scan2train.recipe.step import Choice, Step

if TYPE_CHECKING:
    import numpy as np

    from scan2train.recipe.scene import Scene


@dataclass(frozen=True, kw_only=True)
class Chance(Choice):
    """A choice that is made with probability ``p``, and else becomes the straight line that changes nothing."""

    p: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.p <= 1:
            raise WrongUse(f"{self.word()}: p", expected="a probability, 0 to 1", found=self.p)

    def become(self, scene: Scene, rng: np.random.Generator) -> Step:
        """What :meth:`draw` gives, or nothing."""
        return self.draw(scene, rng) if rng.random() < self.p else nothing()

    @abstractmethod
    def draw(self, scene: Scene, rng: np.random.Generator) -> Step:
        """The plain step of this time."""

    def require_range(
        self, name: str, ends: tuple[float, float], least: float = -math.inf, *, open_end: bool = False
    ) -> None:
        """Refuse a range of numbers to draw from that falls, is not finite, or begins too low.

        Raises
        ------
        WrongUse
            Naming the option.
        """
        low, high = ends
        begins = low > least if open_end else low >= least
        if not (math.isfinite(low) and math.isfinite(high) and begins and low <= high):
            limit = "" if least == -math.inf else f" {'above' if open_end else 'from'} {least:g}"
            raise WrongUse(f"{self.word()}: {name}", expected=f"two rising numbers{limit}", found=ends)


def nothing() -> Step:
    """The step that changes nothing: it stands in the account for what was not drawn."""
    step = find_step("linear").from_json({"do": "linear"})
    if not isinstance(step, Step):
        raise TypeError("linear is a plain step")
    return step
