"""From our world to ITK's, and back: LPS+ millimetres, images in C order ``(k, j, i)``, and transforms as 4×4."""

from __future__ import annotations

from typing import Any

import numpy as np

from scan2train.grid import LPS_TO_RAS, FloatArray, Grid
from scan2train.volume import Array

#: The other way it is the same change of signs.
RAS_TO_LPS = LPS_TO_RAS


def lps_affine(grid: Grid) -> FloatArray:
    """4×4, from indices of ``grid`` to LPS+ mm."""
    affine: FloatArray = RAS_TO_LPS @ grid.affine
    return affine


def inverse_of(matrix: FloatArray) -> FloatArray:
    """The way back of a 4×4."""
    made: FloatArray = np.linalg.inv(matrix).astype(np.float64)
    return made


def image_of(array: Array, affine: FloatArray) -> Any:
    """A SimpleITK image of ``(k, j, i)``; ``affine`` goes to LPS+ mm, its axes perpendicular."""
    import SimpleITK

    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(array))
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetOrigin(affine[:3, 3].tolist())
    image.SetDirection((affine[:3, :3] / spacing).ravel().tolist())
    return image


def as_transform(matrix: FloatArray) -> Any:
    """A SimpleITK ``AffineTransform`` that does what the 4×4 ``matrix`` does."""
    import SimpleITK

    made = SimpleITK.AffineTransform(3)
    made.SetMatrix(matrix[:3, :3].ravel().tolist())
    made.SetTranslation(matrix[:3, 3].tolist())
    return made


def as_matrix(transform: Any) -> FloatArray:
    """4×4 of a SimpleITK transform that has matrix, translation and centre."""
    made = np.eye(4)
    made[:3, :3] = np.array(transform.GetMatrix()).reshape(3, 3)
    centre = np.array(transform.GetCenter())
    made[:3, 3] = np.array(transform.GetTranslation()) + centre - made[:3, :3] @ centre
    return made


def moved_points(matrix: FloatArray, points: FloatArray) -> FloatArray:
    """``(n, 3)`` points through a 4×4."""
    made: FloatArray = points @ matrix[:3, :3].T + matrix[:3, 3]
    return made


def through(transform: Any, points: FloatArray) -> FloatArray:
    """``(n, 3)`` LPS+ points through any SimpleITK transform, one by one: for some ten thousand of them."""
    return np.array([transform.TransformPoint(point) for point in points.tolist()]).reshape(-1, 3)
