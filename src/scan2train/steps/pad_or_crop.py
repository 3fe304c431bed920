"""Bring a volume to a fixed shape about its centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.recipe import SpatialStep


@dataclass(frozen=True, kw_only=True)
class PadOrCrop(SpatialStep):
    """Pad what is too short and crop what is too long, evenly on both sides, to ``shape`` along i, j and k.

    An odd difference puts the extra voxel at the end. Padding holds air (−1000 HU) on a CT and 0 elsewhere, as
    the steps so far would have changed it, and is marked as not valid.
    """

    shape: tuple[int, int, int]

    def __post_init__(self) -> None:
        if min(self.shape) < 1:
            raise WrongUse(
                "pad_or_crop: shape", expected="three whole numbers of at least 1", found=self.shape
            )

    def grid(self, grid: Grid) -> Grid:
        """The lattice continued, or cut, to the shape."""
        shift = np.eye(4)
        # Towards zero for both signs, so that padding and then cropping back is no move at all.
        shift[:3, 3] = [int((old - new) / 2) for old, new in zip(grid.shape, self.shape, strict=True)]
        return Grid(self.shape, grid.affine @ shift, grid.physical)
