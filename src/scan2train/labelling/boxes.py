"""Boxes drawn around things: voxels that they hold, and where these lie in the patient."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import FloatArray, Grid
from scan2train.labelling.cut import Cut
from scan2train.labelling.region import Index

#: What the numbers of an exported box mean.
CONVENTION = (
    "voxels: first and last index (i, j, k) from 0, both within the box; "
    "mm: least and greatest RAS+ coordinates of the outer faces of these voxels; "
    "corners_mm: the eight outer corners, i slowest, which on an oblique image is the tighter box"
)


@dataclass(frozen=True, slots=True)
class Box:
    """A box of a label: first and last voxel, both within."""

    id: int
    label: int
    first: Index
    last: Index

    def corners_mm(self, grid: Grid) -> FloatArray:
        """``(8, 3)`` outer corners, RAS+ mm."""
        return corners_mm(grid, self.first, self.last)


def corners_mm(grid: Grid, first: Index, last: Index) -> FloatArray:
    """``(8, 3)`` outer corners of the voxels from ``first`` to ``last``, both within; RAS+ mm."""
    return grid.to_world(list(product(*((a - 0.5, b + 0.5) for a, b in zip(first, last, strict=True)))))


def ends_mm(grid: Grid, first: Index, last: Index) -> list[list[float]] | None:
    """Least and greatest RAS+ coordinates of a box's outer faces; ``None`` where the image has no millimetres."""
    if not grid.physical:
        return None
    corners = corners_mm(grid, first, last)
    return [corners.min(axis=0).tolist(), corners.max(axis=0).tolist()]


def box_of(cut: Cut, points: FloatArray, shape: Index) -> tuple[Index, Index]:
    """First and last voxel of the smallest box of the lattice around the pixels at two corners.

    Raises
    ------
    WrongUse
        If there are not two points, or both lie outside on the same side.
    """
    corners = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    if len(corners) != 2:
        raise WrongUse("a box is drawn between two corners", found=f"{len(corners)} points")
    (a, b), (c, d) = np.rint(corners).tolist()
    found = np.rint(cut.indices([(a, b), (a, d), (c, b), (c, d)])).astype(int)
    low, high = np.maximum(found.min(axis=0), 0), np.minimum(found.max(axis=0), np.array(shape) - 1)
    if (low > high).any():
        raise WrongUse("the box lies outside of the image", found=f"{low.tolist()} to {high.tolist()}")
    first, last = low.tolist(), high.tolist()
    return (first[0], first[1], first[2]), (last[0], last[1], last[2])


def seen_in(cut: Cut, box: Box, first: Index, last: Index) -> Box:
    """A box after it was drawn anew on a stored slice: its extent across the slice stays, and grows to hold it."""
    axis, number = cut.axis, cut.number
    assert axis is not None
    low, high = list(first), list(last)
    low[axis], high[axis] = min(box.first[axis], number), max(box.last[axis], number)
    return Box(box.id, box.label, (low[0], low[1], low[2]), (high[0], high[1], high[2]))


def exported(grid: Grid, boxes: list[dict[str, Any]]) -> dict[str, Any]:
    """Boxes with all that is needed to use them elsewhere, as plain values.

    Each of ``boxes`` has ``value``, ``name``, ``drawn`` (or found around the label's voxels), ``first`` and ``last``.
    """
    return {
        "convention": CONVENTION,
        "shape": list(grid.shape),
        "affine": grid.affine.tolist(),
        "boxes": [
            {
                "value": one["value"],
                "name": one["name"],
                "drawn": one["drawn"],
                "voxels": [list(one["first"]), list(one["last"])],
                "mm": ends_mm(grid, one["first"], one["last"]),
                "corners_mm": corners_mm(grid, one["first"], one["last"]).tolist() if grid.physical else None,
            }
            for one in boxes
        ],
    }
