"""Keep as many binary digits as the values are worth, so that what is stored takes less room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.recipe import ValueMap, ValueStep
from scan2train.volume import Array

#: Beyond these the steps are coarser than any unit, or finer than what a float32 can tell at 1.
_FEWEST, _MOST = -16, 23


@dataclass(frozen=True, kw_only=True)
class RoundTo(ValueStep):
    """Every value goes to the nearest multiple of 2 to the power of ``-bits``, halves to the even one.

    Interpolation leaves 23 binary digits of which a scanner measured few, and noise does not pack. With ``bits = 11``
    behind a rescale of 1400 HU to 0..1 a step is 0.7 HU, and no value moves by more than half of that; stored, it takes
    less than half the room. The last step of a recipe, so that nothing interpolates what was rounded.
    """

    bits: int

    def __post_init__(self) -> None:
        if not _FEWEST <= self.bits <= _MOST:
            raise WrongUse("round_to: bits", expected=f"{_FEWEST} to {_MOST}", found=self.bits)

    def map(self) -> ValueMap | None:
        """No straight line."""
        return None

    def values(self, array: Array) -> Array:
        """The multiples, exact in float32 up to 2 to the power of ``24 - bits``."""
        kind = np.float64 if array.dtype == np.float64 else np.float32
        scaled = np.multiply(array, kind(2.0**self.bits), dtype=kind)
        np.rint(scaled, out=scaled)
        scaled *= kind(2.0**-self.bits)
        result: Array = scaled
        return result
