"""Where the slices of a grid lie, in the words of the Image Plane module (PS3.3 C.7.6.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydicom.valuerep import DSfloat

from scan2train.errors import GeometryError
from scan2train.grid import LPS_TO_RAS, Grid

#: Cosine between rows and columns from which on a picture is no rectangle any more (PS3.3 C.7.6.2.1.1).
_PERPENDICULAR = 1e-4


def decimal(number: float) -> DSfloat:
    """A decimal string of at most 16 characters, as exact as that allows (PS3.5 section 6.2)."""
    # Adding 0 turns -0.0, which would be written "-0.0", into 0.0.
    return DSfloat(float(number) + 0.0, auto_format=True)


@dataclass(frozen=True, slots=True)
class Planes:
    """The slices ``k`` of a grid whose columns run along ``i`` and rows along ``j``; LPS+ millimetres.

    A tilted stack is one whose positions do not follow the normal of its slices: nothing is lost of it.
    """

    grid: Grid

    @classmethod
    def of(cls, grid: Grid) -> Planes:
        """Take a grid whose slices are rectangles.

        Raises
        ------
        GeometryError
            If ``i`` and ``j`` are not perpendicular: no DICOM image can say that.
        """
        i, j = grid.direction[:, 0], grid.direction[:, 1]
        if abs(float(i @ j)) > _PERPENDICULAR:
            raise GeometryError(
                "rows and columns of a DICOM image are perpendicular, and those of this grid are not",
                expected=f"a cosine of at most {_PERPENDICULAR:g}",
                found=f"{float(i @ j):.4g}",
                advice="Resample it to an orthogonal grid first.",
                code="GEO013",
            )
        return cls(grid)

    @property
    def orientation(self) -> list[DSfloat]:
        """Image Orientation (Patient): along rows (``i``), then along columns (``j``)."""
        axes = LPS_TO_RAS[:3, :3] @ self.grid.direction
        return [decimal(x) for x in (*axes[:, 0], *axes[:, 1])]

    @property
    def pixel_spacing(self) -> list[DSfloat]:
        """Pixel Spacing: between rows (along ``j``), then between columns (along ``i``)."""
        return [decimal(self.grid.spacing[1]), decimal(self.grid.spacing[0])]

    @property
    def gap_mm(self) -> DSfloat:
        """From slice to slice along their normal."""
        i, j = self.grid.direction[:, 0], self.grid.direction[:, 1]
        return decimal(abs(float(np.cross(i, j) @ self.grid.affine[:3, 2])))

    def position(self, k: int) -> list[DSfloat]:
        """Image Position (Patient): the centre of voxel ``(0, 0, k)``."""
        x, y, z = LPS_TO_RAS[:3, :3] @ self.grid.to_world((0, 0, k))
        return [decimal(x), decimal(y), decimal(z)]

    def location_mm(self, k: int) -> DSfloat:
        """Slice Location: along the normal, from the first slice."""
        i, j = self.grid.direction[:, 0], self.grid.direction[:, 1]
        return decimal(float(np.cross(i, j) @ (self.grid.affine[:3, 2] * k)))
