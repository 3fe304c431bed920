"""The slice that an edit is drawn on: where its pixels lie among the voxels of the image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.grid import FloatArray, Grid
from scan2train.volume import Array


@dataclass(frozen=True, kw_only=True, eq=False)
class Cut:
    """A plane of pixels: ``origin + column · right + row · down``, in fractional indices of ``grid``.

    ``axis`` is the axis that it is a slice across, and ``None`` where it is no slice of the stored lattice.
    """

    grid: Grid
    origin: FloatArray
    right: FloatArray
    down: FloatArray
    axis: int | None

    @classmethod
    def of_plane(
        cls,
        grid: Grid,
        origin_mm: npt.ArrayLike,
        right_mm: npt.ArrayLike,
        down_mm: npt.ArrayLike,
        *,
        stored: bool,
    ) -> Self:
        """The cut of a slice whose first pixel's centre and steps to the next pixels are known in RAS+ mm.

        Raises
        ------
        WrongUse
            If it is said to be ``stored`` and its pixels are not the voxels of one slice.
        """
        turn = grid.inverse[:3, :3]
        parts = [grid.to_index(origin_mm), turn @ np.asarray(right_mm), turn @ np.asarray(down_mm)]
        if not stored:
            return cls(grid=grid, origin=parts[0], right=parts[1], down=parts[2], axis=None)
        whole = [np.rint(part) for part in parts]
        across = np.flatnonzero((whole[1] == 0) & (whole[2] == 0))
        off = max(float(np.abs(part - near).max()) for part, near in zip(parts, whole, strict=True))
        if len(across) != 1 or off > 0.01:
            raise WrongUse(
                "these pixels are not the voxels of one stored slice", found=f"{off:.3g} voxels off"
            )
        return cls(grid=grid, origin=whole[0], right=whole[1], down=whole[2], axis=int(across[0]))

    def indices(self, points: npt.ArrayLike) -> FloatArray:
        """``(n, 3)`` fractional indices of ``(n, 2)`` columns and rows, which may be fractional too."""
        pixels = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        found: FloatArray = self.origin + pixels[:, :1] * self.right + pixels[:, 1:] * self.down
        return found

    @property
    def number(self) -> int:
        """Which slice it is along ``axis``, from 0.

        Raises
        ------
        WrongUse
            If it is no slice of the stored lattice.
        """
        if self.axis is None:
            raise WrongUse(
                "this works on stored slices, and this plane cuts through the lattice",
                expected="a plane of the mode voxel",
                found="a plane of the mode patient",
                advice="Switch to the stored slices first.",
            )
        return int(self.origin[self.axis])

    def of(self, array: Array) -> Array:
        """What it is of an ``(i, j, k)`` array: a slice, its two axes in rising order; a view.

        Raises
        ------
        WrongUse
            If it is no slice of the stored lattice.
        """
        number = self.number
        plane: Array = array[tuple(number if axis == self.axis else slice(None) for axis in range(3))]
        return plane

    @property
    def normal(self) -> FloatArray:
        """Unit vector across the plane, RAS+ mm."""
        axes = self.grid.affine[:3, :3]
        across = np.cross(axes @ self.right, axes @ self.down)
        unit: FloatArray = across / np.linalg.norm(across)
        # Of two slices that share a face on the plane the lower index is cut: it is the one that is shown.
        along = unit @ axes
        return -unit if along[np.abs(along).argmax()] > 0 else unit

    @property
    def half_thickness_mm(self) -> float:
        """How far a voxel's centre may lie from the plane for the plane to pass through the voxel."""
        return float(np.abs(self.normal @ self.grid.affine[:3, :3]).sum() / 2)
