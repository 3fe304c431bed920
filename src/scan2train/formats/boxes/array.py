"""Boxes of an array that is in memory, or is a file that stays mapped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.volume import Array


@dataclass(frozen=True, slots=True, eq=False)
class ArrayBoxes:
    """One array; ``whole`` says that all of it had to be read."""

    array: Array
    whole: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """``(i, j, k)`` or ``(i, j, k, c)``."""
        return self.array.shape

    def read(self, start: tuple[int, int, int], size: tuple[int, int, int]) -> Array:
        """A copy of the box, in the order in which it lies."""
        place = tuple(slice(a, a + n) for a, n in zip(start, size, strict=True))
        return np.array(self.array[place], order="K")
