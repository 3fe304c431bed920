"""Make thick slices of thin ones, and keep the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.recipe import ImageStep
from scan2train.recipe.fill import fill_value
from scan2train.sampling import Sampling, ValueMap, sample
from scan2train.volume import Array, Volume


@dataclass(frozen=True, kw_only=True)
class LowResolution(ImageStep):
    """Down by ``factor`` along ``axis`` (0 for i, 1 for j, 2 for k), averaged as a thick slice is, and up again.

    Upwards it is linear. The grid and labels stay, so that a network learns to see through the loss.
    """

    averages: ClassVar[bool] = True

    axis: int
    factor: float

    def __post_init__(self) -> None:
        if self.axis not in (0, 1, 2):
            raise WrongUse("low_resolution: axis", expected="0, 1 or 2", found=self.axis)
        if not 1 <= self.factor < np.inf:
            raise WrongUse("low_resolution: factor", expected="a number from 1", found=self.factor)

    def image(self, volume: Volume) -> Array:
        """The values found again; those that no coarse voxel knows stay."""
        fine = volume.grid
        count = max(1, round(fine.shape[self.axis] / self.factor))
        step = fine.shape[self.axis] / count
        matrix, shape = np.eye(4), list(fine.shape)
        matrix[self.axis, self.axis] = step
        matrix[self.axis, 3] = (step - 1) / 2
        shape[self.axis] = count
        coarse = Grid((shape[0], shape[1], shape[2]), fine.affine @ matrix, fine.physical)
        fill = fill_value(volume)
        down = sample(volume, coarse, Sampling("linear", antialias=True), ValueMap(), fill=fill)
        up = sample(down, fine, Sampling("linear", antialias=False), ValueMap(), fill=fill)
        if up.valid is None:
            return up.array
        made: Array = np.where(up.valid.T, up.array.T, volume.array.T).astype(up.array.dtype).T
        return made
