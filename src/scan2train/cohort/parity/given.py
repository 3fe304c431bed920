"""What a reader returned, brought to one form: ``(i, j, k[, n])`` and an affine in RAS+ mm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.grid import LPS_TO_RAS

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Given:
    """A reader's array and affine.

    Parameters
    ----------
    array
        Its axes in the order that ``affine`` counts them in; an axis of channels or points behind, or in front, of
        the three of space.
    affine
        4×4, index to voxel centre in RAS+ mm; ``None`` where the reader gives none.
    shape
        The shape that the reader's user sees.
    """

    array: Array
    affine: npt.NDArray[np.float64] | None
    shape: tuple[int, ...]


def ras(affine: Any, *, lps: bool = False) -> npt.NDArray[np.float64] | None:
    """An affine as RAS+ mm, or ``None`` where it is no finite matrix that spans space."""
    matrix = np.asarray(affine, dtype=np.float64)
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-12:
        return None
    return LPS_TO_RAS @ matrix if lps else matrix


def from_itk(image: Any) -> Given:
    """A SimpleITK image: ``GetArrayFromImage`` turned round, origin, spacing and direction from LPS+ to RAS+."""
    import SimpleITK

    array = SimpleITK.GetArrayFromImage(image)
    dimensions = image.GetDimension()
    axes = (*reversed(range(dimensions)), *range(dimensions, array.ndim))
    affine = np.eye(4)
    space = min(dimensions, 3)
    direction = np.array(image.GetDirection()).reshape(dimensions, dimensions)[:space, :space]
    affine[:space, :space] = direction * np.array(image.GetSpacing())[:space]
    affine[:space, 3] = image.GetOrigin()[:space]
    turned = array.transpose(axes)
    if dimensions == 2:
        turned = turned[:, :, None]
    return Given(array=turned, affine=ras(affine, lps=True), shape=array.shape)


def in_order(array: Array, shape: tuple[int, int, int], channels: int) -> Array | None:
    """An array as ``(i, j, k, n)``, told by the shape of the volume; ``None`` if it has no such form.

    Axes of length 1 beyond the third go; channels in front go behind where only that fits.
    """
    found = array
    while found.ndim > 4 and found.shape[-1] == 1:
        found = found[..., 0]
    while found.ndim > 4 and found.shape[0] == 1:
        found = found[0]
    if found.ndim == 2:
        return found[:, :, None, None]
    if found.ndim == 3:
        colour = channels > 1 and shape[2] == 1 and found.shape[2] == channels
        return found[:, :, None, :] if colour else found[..., None]
    if found.ndim != 4:
        return None
    behind, front = sorted(found.shape[:3]) == sorted(shape), sorted(found.shape[1:]) == sorted(shape)
    return np.moveaxis(found, 0, -1) if front and not behind else found
