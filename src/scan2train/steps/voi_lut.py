"""A display table, as VOI LUT Sequence holds it, made into values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe import ValueMap, ValueStep
from scan2train.volume import Array


@dataclass(frozen=True, kw_only=True)
class VoiLut(ValueStep):
    """The table ``entries``, the first of them for the value ``first``, each of ``bits`` bits, to the range ``to``.

    Values below ``first`` take the first entry, those above the last one the last (PS3.3 C.11.2.1.1); entries 0 and
    2^bits - 1 become the ends of ``to``. Values between whole numbers, as interpolation makes them, lie between their
    entries by a straight line.
    """

    first: int
    entries: tuple[int, ...]
    bits: int
    to: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        if not 8 <= self.bits <= 16:
            raise WrongUse("voi_lut: bits", expected="8 to 16", found=self.bits)
        if not self.entries or min(self.entries) < 0 or max(self.entries) >= 1 << self.bits:
            raise WrongUse("voi_lut: entries", expected=f"some, from 0 to {(1 << self.bits) - 1}")
        if self.to[0] >= self.to[1]:
            raise WrongUse("voi_lut: to", expected="a rising range", found=self.to)

    def map(self) -> ValueMap | None:
        """A table is no line."""
        return None

    def values(self, array: Array) -> Array:
        """Each value's entry."""
        low, high = self.to
        made = low + np.array(self.entries, dtype=np.float64) * ((high - low) / ((1 << self.bits) - 1))
        inputs = self.first + np.arange(len(made), dtype=np.float64)
        result: Array = np.interp(array.T, inputs, made).T.astype(np.float32)
        return result

    def unit(self, unit: str) -> str:  # noqa: ARG002 - whatever it was, it is no longer that
        """Arbitrary units."""
        return "a.u."
