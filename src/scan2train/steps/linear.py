"""Multiply and add."""

from __future__ import annotations

from dataclasses import dataclass

from scan2train.recipe import ValueMap, ValueStep


@dataclass(frozen=True, kw_only=True)
class Linear(ValueStep):
    """``scale × value + shift``."""

    scale: float = 1.0
    shift: float = 0.0

    def __post_init__(self) -> None:
        self.map()

    def map(self) -> ValueMap:
        """The straight line; refuses a scale of 0."""
        return ValueMap(scale=self.scale, shift=self.shift)

    def unit(self, unit: str) -> str:
        """Arbitrary units, but where every value stays what it is."""
        return unit if self.map().is_identity else "a.u."
