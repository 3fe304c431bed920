"""Where a slice of a volume lies, in DICOM's words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import LPS_TO_RAS, Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlanes:
    """Attributes of the Image Plane module (PS3.3 C.7.6.2) for the slices ``k`` of a grid, LPS+ mm.

    ``i`` runs along columns and ``j`` along rows, as they do in a volume that was read from DICOM.
    """

    grid: Grid

    def __post_init__(self) -> None:
        self.grid.require_physical("a DICOM stack")
        i, j = self.grid.direction[:, 0], self.grid.direction[:, 1]
        if abs(float(i @ j)) > 1e-6:
            raise WrongUse(
                "rows and columns of a DICOM slice are perpendicular; only the stack may be sheared",
                found=f"a cosine of {float(i @ j):.3g} between i and j",
            )

    @property
    def orientation(self) -> list[float]:
        """Image Orientation (Patient): the directions of growing column index, then of growing row index."""
        lps = LPS_TO_RAS[:3, :3] @ self.grid.direction
        return [float(c) for c in (*lps[:, 0], *lps[:, 1])]

    @property
    def pixel_spacing(self) -> list[float]:
        """Pixel Spacing: between rows (along j) first, between columns (along i) second."""
        return [self.grid.spacing[1], self.grid.spacing[0]]

    @property
    def gap_mm(self) -> float:
        """Distance between neighbouring slices along their normal; for a tilted stack less than the step."""
        normal = np.cross(self.grid.direction[:, 0], self.grid.direction[:, 1])
        return abs(float(normal @ self.grid.affine[:3, 2]))

    def position(self, k: float) -> list[float]:
        """Image Position (Patient): the centre of the first voxel of slice ``k`` (may be fractional)."""
        centre = LPS_TO_RAS[:3, :3] @ self.grid.to_world((0, 0, k))
        return [float(c) for c in centre]
