"""Turn the axes so that they grow in given directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.grid import Grid, closest_axes, parse_orientation
from scan2train.recipe import SpatialStep


@dataclass(frozen=True, kw_only=True)
class Reorient(SpatialStep):
    """Swap and flip axes to the orientation ``to``, such as ``"LPS"``: the directions in which i, j, k grow.

    No value is computed and no voxel moves in the world; an oblique volume stays as oblique as it was.
    """

    to: str

    def __post_init__(self) -> None:
        parse_orientation(self.to)

    def grid(self, grid: Grid) -> Grid:
        """The same voxels, counted along other axes."""
        have = closest_axes(grid)
        matrix = np.zeros((4, 4))
        matrix[3, 3] = 1
        shape = [0, 0, 0]
        for new, (world, sign) in enumerate(parse_orientation(self.to)):
            old = next(axis for axis in range(3) if have[axis][0] == world)
            shape[new] = grid.shape[old]
            same = sign == have[old][1]
            matrix[old, new] = 1 if same else -1
            matrix[old, 3] = 0 if same else grid.shape[old] - 1
        return Grid((shape[0], shape[1], shape[2]), grid.affine @ matrix, grid.physical)
