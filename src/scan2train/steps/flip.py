"""Count axes from the other end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.recipe import SpatialStep


@dataclass(frozen=True, kw_only=True)
class Flip(SpatialStep):
    """Count the given ``axes`` (0 for i, 1 for j, 2 for k) from the other end.

    Voxels stay where they are in the world; only the order in memory changes.
    """

    axes: tuple[int, ...]

    def __post_init__(self) -> None:
        if not set(self.axes) <= {0, 1, 2}:
            raise WrongUse("flip: axes", expected="0, 1 or 2", found=self.axes)

    def grid(self, grid: Grid) -> Grid:
        """The same voxels, counted backwards."""
        matrix = np.eye(4)
        for axis in self.axes:
            matrix[axis, axis] = -1
            matrix[axis, 3] = grid.shape[axis] - 1
        return Grid(grid.shape, grid.affine @ matrix, grid.physical)
