"""Bend what a volume shows within its grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import FloatArray
from scan2train.recipe import WholeStep
from scan2train.recipe.fill import fill_value
from scan2train.sampling.bspline import ORDER, cubic_bsplines
from scan2train.sampling.memory import for_kernels, read_only, result_type
from scan2train.volume import Array, Labels, Volume

#: The farthest a control point may move, in distances between control points, so that nothing folds: Choi and Lee
#: (2000), "Injectivity conditions of 2D and 3D uniform cubic B-spline functions", 1 / 2.479472335.
FARTHEST = 0.403


@dataclass(frozen=True, kw_only=True)
class Elastic(WholeStep):
    """Each voxel takes its value from ``displacement`` away, a cubic B-spline over ``points`` control points.

    ``points`` along i, j and k; ``displacements_mm`` along the axes of the grid, those of the first control point
    first, k growing fastest. The control points span the grid and one distance more on either side. Refused where one
    moves farther than 0.403 of the distance to the next: up to there space cannot fold (Choi and Lee 2000).

    Labels are label-safe: interpolated each by itself, the largest wins. What comes from outside is padding.
    """

    averages: ClassVar[bool] = True

    points: tuple[int, int, int]
    displacements_mm: tuple[float, ...]

    def __post_init__(self) -> None:
        if min(self.points) <= ORDER:
            raise WrongUse("elastic: points", expected="at least 4 along each axis", found=self.points)
        if len(self.displacements_mm) != 3 * int(np.prod(self.points)):
            raise WrongUse(
                "elastic: displacements_mm",
                expected=f"three numbers for each of {int(np.prod(self.points))} points",
                found=len(self.displacements_mm),
            )

    def apply(self, volume: Volume) -> Volume:
        """The volume with its content bent."""
        from scan2train.kernels.resample_displaced import displaced_labels, resample_displaced

        shifts = self._shifts(volume)
        if isinstance(volume, Labels):
            kind = np.uint8 if volume.array.dtype == np.bool_ else volume.array.dtype
            stored = read_only(volume.array.T).view(kind)
            bent = np.empty(stored.shape, kind)
            displaced_labels(stored, shifts, bent)
            return volume.replace(array=bent.T.astype(volume.array.dtype, copy=False), valid=None)
        fill = fill_value(volume)
        mask = read_only(np.ones((1, 1, 1), np.bool_) if volume.valid is None else volume.valid.T)
        stored = for_kernels(volume.array)
        inside = np.empty(volume.grid.shape[::-1], np.bool_)
        channels = stored if volume.array.ndim == 4 else stored[None]
        made = []
        for channel in channels:
            out = np.empty(channel.shape, result_type(channel.dtype))
            resample_displaced(
                read_only(channel),
                mask,
                volume.valid is not None,
                shifts,
                out.dtype.type(fill),
                out,
                inside,
            )
            made.append(out)
        array: Array = np.stack(made).T if volume.array.ndim == 4 else made[0].T
        return volume.replace(array=array, valid=None if inside.all() else inside.T)

    def _shifts(self, volume: Volume) -> Array:
        """``(3, k, j, i)``: along i, j and k, in voxels, how far away each voxel's value is found."""
        grid = volume.grid
        moves = np.array(self.displacements_mm).reshape(*self.points, 3) / grid.spacing
        apart = distances(grid.shape, self.points)
        if (np.abs(moves) > FARTHEST * apart + 1e-9).any():
            raise WrongUse(
                "elastic: a control point moves so far that space may fold",
                expected=f"at most {', '.join(f'{one:.3g}' for one in FARTHEST * apart * grid.spacing)} mm",
                found=f"{', '.join(f'{one:.3g}' for one in np.abs(moves).max((0, 1, 2)) * grid.spacing)} mm",
                advice="Take fewer control points, or smaller displacements.",
            )
        weights = []
        for size, points in zip(grid.shape, self.points, strict=True):
            places = np.arange(size) / max(size - 1, 1) * (points - ORDER)
            weights.append(cubic_bsplines(places, points - ORDER).astype(np.float32))
        found = np.einsum("kc,jb,ia,abcd->dkji", *weights[::-1], moves.astype(np.float32), optimize=True)
        return np.ascontiguousarray(found, np.float32)


def distances(shape: tuple[int, int, int], points: tuple[int, int, int]) -> FloatArray:
    """Voxels from one control point to the next, along i, j and k."""
    made: FloatArray = np.maximum(np.array(shape) - 1, 1) / (np.array(points) - ORDER)
    return made
