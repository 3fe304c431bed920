"""Bring the whole extent of a volume onto a given number of voxels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.recipe import SpatialStep
from scan2train.sampling import Sampling
from scan2train.steps.resample import LARGEST_SIZE


@dataclass(frozen=True, kw_only=True)
class ResampleToShape(SpatialStep):
    """Resample to ``shape`` along i, j and k; the outer faces stay where they are, and the spacing follows.

    Anatomy keeps its place and size in millimetres, but not in voxels: cases of different extent come out at different
    spacings, and their proportions differ. Where that matters, use ``resample`` and ``pad_or_crop``. It works on grids
    without millimetres, too. ``interpolation`` and ``antialias`` are as for ``resample``.
    """

    shape: tuple[int, int, int]
    interpolation: Literal["linear", "cubic", "nearest"] = "linear"
    antialias: bool = True

    def __post_init__(self) -> None:
        if min(self.shape) < 1 or max(self.shape) > LARGEST_SIZE:
            raise WrongUse(
                "resample_to_shape: shape",
                expected=f"three whole numbers from 1 to {LARGEST_SIZE}",
                found=self.shape,
            )

    @property
    def sampling(self) -> Sampling:
        """As the options say."""
        return Sampling(self.interpolation, self.antialias)

    def grid(self, grid: Grid) -> Grid:
        """The same extent in other voxels."""
        factor = np.array(grid.shape) / np.array(self.shape)
        matrix = np.diag([*factor.tolist(), 1.0])
        matrix[:3, 3] = (factor - 1) / 2  # the first face is half a voxel before the first centre
        return Grid(self.shape, grid.affine @ matrix, grid.physical)
