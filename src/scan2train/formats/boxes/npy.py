"""Boxes of an ``.npy`` file, which stays mapped."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scan2train.formats.boxes.array import ArrayBoxes
from scan2train.formats.npy import examine


def open_boxes(path: Path) -> ArrayBoxes:
    """Open the file. Raises as reading it whole does."""
    header, shape, fortran, offset = examine(path)
    order = "F" if fortran else "C"
    mapped = np.memmap(path, header.dtype, "r", offset, shape, order)  # type: ignore[call-overload]
    return ArrayBoxes(mapped, whole=False)
