"""Make a sheared grid straight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scan2train.grid import FloatArray, Grid
from scan2train.knowledge.tolerances import NII002_SILENT_COSINE
from scan2train.recipe import SpatialStep, Step
from scan2train.sampling import Sampling
from scan2train.steps.to_grid import ToGrid

#: A voxel is not added for what rounding makes of a whole one.
_ROUNDING_VOXELS = 1e-6


@dataclass(frozen=True, kw_only=True)
class Detilt(SpatialStep):
    """Resample a sheared volume, such as a head CT of a tilted gantry, to a grid whose axes are perpendicular.

    Spacing and direction along ``i``, and the plane of the slices, stay. ``k`` then grows along the slices' normal, by
    their true perpendicular distance (which is less than the slanted step). Each new slice lies in the plane of an old
    one, so that values are only shifted within their plane, by a fraction of a voxel, and the first slice not at all.
    The grid is enlarged along ``i`` and ``j`` so that no voxel is lost; what was not scanned is padding. Where rows and
    columns are not perpendicular either (no DICOM is so), ``j`` is straightened in the same way.

    A grid whose axes are perpendicular within a cosine of 1e-4 stays as it is: no value is computed.

    ``interpolation`` says how values are found between voxels. It works without millimetres, too. The rule GEO006 tells
    of tilted stacks; PS3.3 C.8.15.3.3 says why the tilt that the header names is not used.
    """

    interpolation: Literal["linear", "cubic", "nearest"] = "linear"

    @property
    def sampling(self) -> Sampling:
        """As the option says; nothing shrinks, so that nothing is averaged."""
        return Sampling(self.interpolation, antialias=False)

    def grid(self, grid: Grid) -> Grid:
        """The straight grid around all voxels of ``grid``; ``grid`` itself where it is straight."""
        if grid.shear < NII002_SILENT_COSINE:
            return grid
        steps = _perpendicular(grid.affine[:3, :3])
        # Where the old voxels lie on the new axes: unit upper triangular, so that k stays k.
        onto = np.linalg.solve(steps, grid.affine[:3, :3])
        reach = onto * (np.array(grid.shape) - 1)
        low = np.floor(np.minimum(reach, 0).sum(axis=1) + _ROUNDING_VOXELS)
        high = np.ceil(np.maximum(reach, 0).sum(axis=1) - _ROUNDING_VOXELS)
        shape = (high - low).astype(int) + 1
        affine = np.eye(4)
        affine[:3, :3] = steps
        affine[:3, 3] = grid.affine[:3, 3] + steps @ low
        return Grid((int(shape[0]), int(shape[1]), int(shape[2])), affine, grid.physical)

    def undo(self, grid: Grid) -> Step | None:
        """Sampling onto the tilted ``grid``, by the same interpolation; nothing shrinks on the way back either."""
        return ToGrid(
            shape=grid.shape,
            affine=tuple(grid.affine.ravel().tolist()),
            interpolation=self.interpolation,
            antialias=False,
        )


def _perpendicular(axes: FloatArray) -> FloatArray:
    """The columns of ``axes``, each without what runs along those before it."""
    straight = axes.copy()
    for at in (1, 2):
        for before in range(at):
            unit = straight[:, before] / np.linalg.norm(straight[:, before])
            straight[:, at] -= (straight[:, at] @ unit) * unit
    return straight
