"""Boxes of a file that can only be read whole: it is read once, and stays in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scan2train.formats.registry import by_suffix
from scan2train.volume import Array


class WholeBoxes:
    """One array in memory."""

    whole = True

    def __init__(self, array: Array) -> None:
        self._array = array
        self.shape: tuple[int, ...] = array.shape

    def read(self, start: tuple[int, int, int], size: tuple[int, int, int]) -> Array:
        """A copy of the box, in the order in which it lies."""
        place = tuple(slice(a, a + n) for a, n in zip(start, size, strict=True))
        return np.array(self._array[place], order="K")


def open_boxes(path: Path) -> WholeBoxes:
    """Read the file."""
    (volume,) = by_suffix(path).read_volumes(path)
    return WholeBoxes(volume.array)
