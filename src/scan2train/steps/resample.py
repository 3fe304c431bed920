"""Bring a volume to a given spacing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.recipe import SpatialStep
from scan2train.sampling import Sampling

#: More voxels along an axis than any scanner or detector makes.
LARGEST_SIZE = 65_536


@dataclass(frozen=True, kw_only=True)
class Resample(SpatialStep):
    """Resample to ``spacing_mm`` along i, j and k, keeping the volume's outer faces.

    The new size is ``round(size × spacing / new spacing)``, at least 1; the new grid is centred on the old extent.
    With ``antialias`` an axis that shrinks is averaged over what the new spacing cannot hold. Labels are always
    label-safe: interpolated each by itself, the largest wins.
    """

    spacing_mm: tuple[float, float, float]
    interpolation: Literal["linear", "cubic", "nearest"] = "linear"
    antialias: bool = True

    def __post_init__(self) -> None:
        if not all(0 < spacing < np.inf for spacing in self.spacing_mm):
            raise WrongUse("resample: spacing_mm", expected="three numbers above 0", found=self.spacing_mm)

    @property
    def sampling(self) -> Sampling:
        """As the options say."""
        return Sampling(self.interpolation, self.antialias)

    def grid(self, grid: Grid) -> Grid:
        """The new lattice; refuses a grid without millimetres."""
        grid.require_physical("resample")
        shape, matrix = [], np.eye(4)
        for axis, (size, old, new) in enumerate(zip(grid.shape, grid.spacing, self.spacing_mm, strict=True)):
            count = max(1, round(size * old / new))
            factor = new / old
            matrix[axis, axis] = factor
            matrix[axis, 3] = (size - 1) / 2 - factor * (count - 1) / 2
            if count > LARGEST_SIZE:
                raise WrongUse(
                    "resample: spacing_mm is far too fine for this volume",
                    expected=f"at most {LARGEST_SIZE} voxels along an axis",
                    found=f"{count} voxels of {new:g} mm",
                )
            shape.append(count)
        return Grid((shape[0], shape[1], shape[2]), grid.affine @ matrix, grid.physical)
