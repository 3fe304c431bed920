"""Boxes of stored arrays: what lies in the box is read, and no more than the store's chunks around it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from scan2train.formats.registry import suffix_of
from scan2train.volume import Array

#: Suffix -> the module that reads boxes of such files; all others must be read whole.
_MODULES = {".b2nd": "b2nd", ".npy": "npy", ".zarr": "zarr"}


class Boxes(Protocol):
    """An array that was opened and stays open. It belongs to the process that opened it."""

    @property
    def shape(self) -> tuple[int, ...]:
        """``(i, j, k)`` or ``(i, j, k, c)``."""

    @property
    def whole(self) -> bool:
        """Whether the array had to be read whole, and lies in memory."""

    def read(self, start: tuple[int, int, int], size: tuple[int, int, int]) -> Array:
        """The ``size`` voxels from ``start`` on, all of which must lie within the array."""


def open_boxes(path: Path) -> Boxes:
    """Open an image for reading boxes of it.

    Raises
    ------
    Scan2TrainError
        If the file is broken, as reading it whole would.
    """
    module = import_module(f"{__name__}.{_MODULES.get(suffix_of(path), 'whole')}")
    return cast("Boxes", module.open_boxes(path))
