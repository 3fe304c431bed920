"""Boxes of an ``.npy`` file, which stays mapped."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scan2train.formats.npy import examine
from scan2train.volume import Array


class NpyBoxes:
    """One array in memory that is the file."""

    whole = False

    def __init__(self, array: Array) -> None:
        self._array = array
        self.shape: tuple[int, ...] = array.shape

    def read(self, start: tuple[int, int, int], size: tuple[int, int, int]) -> Array:
        """A copy of the box, in the order in which it lies."""
        place = tuple(slice(a, a + n) for a, n in zip(start, size, strict=True))
        return np.array(self._array[place], order="K")


def open_boxes(path: Path) -> NpyBoxes:
    """Open the file. Raises as reading it whole does."""
    header, shape, fortran, offset = examine(path)
    order = "F" if fortran else "C"
    return NpyBoxes(np.memmap(path, header.dtype, "r", offset, shape, order))  # type: ignore[call-overload]
