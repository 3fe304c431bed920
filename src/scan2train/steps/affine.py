"""Move what a volume shows within its grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.recipe import Step, WholeStep
from scan2train.recipe.fill import fill_value
from scan2train.sampling import Sampling, ValueMap, sample, sample_labels
from scan2train.volume import Labels, Volume


@dataclass(frozen=True, kw_only=True)
class Affine(WholeStep):
    """What lies at ``x`` comes to lie at ``matrix · x`` (16 numbers, row by row, RAS+ mm); the grid stays.

    Other than ``to_grid``, which looks at the same world through another grid, this changes where things are. Labels
    are label-safe: each is moved by itself, the largest wins. What comes in from outside of the volume is padding.
    ``antialias`` averages where things become smaller; without it values are only interpolated, as other libraries do.
    """

    matrix: tuple[float, ...]
    interpolation: Literal["linear", "cubic", "nearest"] = "linear"
    antialias: bool = False

    def __post_init__(self) -> None:
        if len(self.matrix) != 16 or self.matrix[12:] != (0, 0, 0, 1):
            raise WrongUse(
                "affine: matrix", expected="16 numbers that end in 0, 0, 0, 1", found=list(self.matrix)
            )
        if not abs(np.linalg.det(self._matrix)) > 0:
            raise WrongUse("affine: matrix", expected="one that can be undone", found=list(self.matrix))

    @property
    def _matrix(self) -> np.ndarray:
        return np.array(self.matrix).reshape(4, 4)

    @property
    def averages(self) -> bool:
        """Unless it is cubic, which swings beyond what it goes through."""
        return self.interpolation != "cubic"

    def apply(self, volume: Volume) -> Volume:
        """The volume with its content moved: the same voxels on a moved grid, sampled on the old one."""
        moved = Grid(volume.grid.shape, self._matrix @ volume.grid.affine, volume.grid.physical)
        sampling = Sampling(self.interpolation, self.antialias)
        if isinstance(volume, Labels):
            return sample_labels(volume.replace(grid=moved), volume.grid, sampling)
        fill = fill_value(volume)
        return sample(volume.replace(grid=moved), volume.grid, sampling, ValueMap(), fill=fill)

    def undo(self, grid: Grid) -> Step | None:  # noqa: ARG002 - the world is the same on every grid
        """The way back; what left the grid is lost."""
        back = np.linalg.inv(self._matrix)
        back[3] = (0, 0, 0, 1)
        return Affine(
            matrix=tuple(back.ravel().tolist()), interpolation=self.interpolation, antialias=self.antialias
        )
