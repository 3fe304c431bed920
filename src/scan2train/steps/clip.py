"""Limit values to a range."""

from __future__ import annotations

from dataclasses import dataclass

from scan2train.recipe import ValueMap, ValueStep


@dataclass(frozen=True, kw_only=True)
class Clip(ValueStep):
    """Values below ``low`` become ``low``, those above ``high`` become ``high``; in the volume's unit."""

    low: float
    high: float

    def __post_init__(self) -> None:
        self.map()

    def map(self) -> ValueMap:
        """The clip; refuses low above high."""
        return ValueMap.clip(self.low, self.high)
