"""Pad a volume until a network can halve it as often as it needs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.recipe import SpatialStep


@dataclass(frozen=True, kw_only=True)
class PadToMultiple(SpatialStep):
    """Pad by ``by`` voxels on both sides, then evenly to the next ``multiple`` along i, j and k; nothing is cut.

    A network that halves its input five times takes multiples of 32. ``multiple = [1, 1, 1]`` pads by ``by`` alone. An
    odd difference puts the extra voxel at the end. What padding holds is as for ``pad_or_crop``.
    """

    multiple: tuple[int, int, int] = (1, 1, 1)
    by: tuple[int, int, int] = (0, 0, 0)

    def __post_init__(self) -> None:
        if min(self.multiple) < 1 or min(self.by) < 0:
            raise WrongUse("pad_to_multiple", expected="multiple ≥ 1 and by ≥ 0", found=self)

    def grid(self, grid: Grid) -> Grid:
        """The lattice continued."""
        size = np.array(grid.shape) + 2 * np.array(self.by)
        shape = -(-size // np.array(self.multiple)) * np.array(self.multiple)
        shift = np.eye(4)
        shift[:3, 3] = -((shape - np.array(grid.shape)) // 2)
        return Grid((int(shape[0]), int(shape[1]), int(shape[2])), grid.affine @ shift, grid.physical)
