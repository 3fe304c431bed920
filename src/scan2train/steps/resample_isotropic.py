"""Bring a volume to one spacing along all axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.recipe import SpatialStep
from scan2train.sampling import Sampling
from scan2train.steps.resample import Resample


@dataclass(frozen=True, kw_only=True)
class ResampleIsotropic(SpatialStep):
    """Resample to the same spacing along i, j and k: ``spacing_mm``, or what the axes have already, by ``axis``.

    ``axis`` takes the ``finest``, the ``coarsest`` or the ``median`` of the three spacings. Otherwise as ``resample``.
    """

    spacing_mm: float | None = None
    axis: Literal["finest", "coarsest", "median"] = "finest"
    interpolation: Literal["linear", "cubic", "nearest"] = "linear"
    antialias: bool = True

    def __post_init__(self) -> None:
        if self.spacing_mm is not None and not 0 < self.spacing_mm < np.inf:
            raise WrongUse(
                "resample_isotropic: spacing_mm", expected="a number above 0", found=self.spacing_mm
            )

    @property
    def sampling(self) -> Sampling:
        """As the options say."""
        return Sampling(self.interpolation, self.antialias)

    def grid(self, grid: Grid) -> Grid:
        """The new lattice; refuses a grid without millimetres."""
        grid.require_physical("resample_isotropic")
        ordered = sorted(grid.spacing)
        own = ordered[{"finest": 0, "median": 1, "coarsest": 2}[self.axis]]
        spacing = own if self.spacing_mm is None else self.spacing_mm
        return Resample(spacing_mm=(spacing, spacing, spacing)).grid(grid)
