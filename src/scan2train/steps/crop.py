"""Keep a box of voxels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.recipe import SpatialStep


@dataclass(frozen=True, kw_only=True)
class Crop(SpatialStep):
    """Keep ``size`` voxels from ``start`` on, both along i, j and k; the box must lie within the volume."""

    start: tuple[int, int, int]
    size: tuple[int, int, int]

    def __post_init__(self) -> None:
        if min(self.start) < 0 or min(self.size) < 1:
            raise WrongUse("crop", expected="start ≥ 0 and size ≥ 1", found=f"{self.start}, {self.size}")

    def grid(self, grid: Grid) -> Grid:
        """The box's own grid; refuses a box that leaves the volume."""
        if any(a + n > size for a, n, size in zip(self.start, self.size, grid.shape, strict=True)):
            raise WrongUse("crop: the box leaves the volume", expected=f"within {grid.shape}", found=self)
        shift = np.eye(4)
        shift[:3, 3] = self.start
        return Grid(self.size, grid.affine @ shift, grid.physical)
