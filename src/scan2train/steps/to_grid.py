"""Bring a volume onto a grid given in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.recipe import SpatialStep
from scan2train.sampling import Sampling


@dataclass(frozen=True, kw_only=True)
class ToGrid(SpatialStep):
    """Sample onto the grid of ``shape`` and ``affine`` (16 numbers, row by row, RAS+ mm, voxel centres).

    What lies outside of the volume is padding. This is what undoes every other spatial step.
    """

    shape: tuple[int, int, int]
    affine: tuple[float, ...]
    interpolation: Literal["linear", "cubic", "nearest"] = "linear"
    antialias: bool = True

    def __post_init__(self) -> None:
        if len(self.affine) != 16:
            raise WrongUse("to_grid: affine", expected="16 numbers", found=len(self.affine))

    @property
    def sampling(self) -> Sampling:
        """As the options say."""
        return Sampling(self.interpolation, self.antialias)

    def grid(self, grid: Grid) -> Grid:
        """The grid asked for, whatever the volume's own."""
        return Grid(self.shape, np.array(self.affine).reshape(4, 4), grid.physical)
