"""Keep a box of voxels that may reach beyond the volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.recipe import SpatialStep


@dataclass(frozen=True, kw_only=True)
class Box(SpatialStep):
    """The ``size`` voxels from ``start`` on, both along i, j and k; ``start`` may be negative.

    As ``crop``, but where the box leaves the volume there is padding: air (−1000 HU) on a CT and 0 elsewhere, as the
    steps so far would have changed it, and marked as not valid.
    """

    start: tuple[int, int, int]
    size: tuple[int, int, int]

    def __post_init__(self) -> None:
        if min(self.size) < 1:
            raise WrongUse("box: size", expected="three whole numbers of at least 1", found=self.size)

    def grid(self, grid: Grid) -> Grid:
        """The lattice, cut or continued to the box."""
        shift = np.eye(4)
        shift[:3, 3] = self.start
        return Grid(self.size, grid.affine @ shift, grid.physical)
