"""Boxes of a file that can only be read whole: it is read once, and stays in memory."""

from __future__ import annotations

from pathlib import Path

from scan2train.formats.boxes.array import ArrayBoxes
from scan2train.formats.registry import by_suffix


def open_boxes(path: Path) -> ArrayBoxes:
    """Read the file."""
    (volume,) = by_suffix(path).read_volumes(path)
    return ArrayBoxes(volume.array, whole=True)
