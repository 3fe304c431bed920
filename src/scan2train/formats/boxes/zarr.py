"""Boxes of a ``.zarr`` folder: the chunks that a box touches are decoded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scan2train.formats.zarr_read import read_box
from scan2train.volume import Array


class ZarrBoxes:
    """One array; which files it has was looked up once."""

    whole = False

    def __init__(
        self, shape: tuple[int, ...], read: Callable[[tuple[int, ...], tuple[int, ...]], Array]
    ) -> None:
        self.shape = shape
        self._read = read

    def read(self, start: tuple[int, int, int], size: tuple[int, int, int]) -> Array:
        """The box, in the order in which it lies."""
        more = self.shape[3:]
        return self._read((*start, *(0 for _ in more)), (*size, *more))


def open_boxes(path: Path) -> ZarrBoxes:
    """Open the folder. Raises as reading it whole does."""
    return ZarrBoxes(*read_box(path))
