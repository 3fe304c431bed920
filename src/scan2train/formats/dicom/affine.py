"""From the planes of DICOM slices to affines: the one place where their LPS+ turns into RAS+."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

#: Sign of each world axis on the way from LPS+ to RAS+.
_RAS_SIGN = np.array([-1.0, -1.0, 1.0])


def unit_axes(row: FloatArray, column: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Repair direction cosines that are nearly unit and perpendicular.

    Parameters
    ----------
    row, column
        ``(n, 3)`` directions of growing column and of growing row index: the first and the second triplet of
        Image Orientation (Patient), PS3.3 C.7.6.2.1.1.

    Returns
    -------
    Unit row and column directions and the normal ``row × column``, each ``(n, 3)``, and ``(n,)`` the largest
    deviation that there was, of a length from 1 or of their product from 0; NaN where a value is missing.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        row_length = np.linalg.norm(row, axis=1)
        column_length = np.linalg.norm(column, axis=1)
        product = np.einsum("ij,ij->i", row, column)
        error = np.maximum.reduce([np.abs(row_length - 1), np.abs(column_length - 1), np.abs(product)])
        x = row / row_length[:, None]
        y = column - np.einsum("ij,ij->i", x, column)[:, None] * x
        y = y / np.linalg.norm(y, axis=1)[:, None]
    return x, y, np.cross(x, y), error


def to_ras(points: FloatArray) -> FloatArray:
    """``(n, 3)`` points of DICOM's LPS+ in RAS+, mm."""
    turned: FloatArray = points * _RAS_SIGN + 0.0
    return turned


def affines(
    row: FloatArray,
    column: FloatArray,
    spacing_mm: FloatArray,
    step_mm: FloatArray,
    origin_mm: FloatArray,
) -> FloatArray:
    """Affines of stacks of slices, ``(n, 4, 4)``, RAS+ mm, voxel centres.

    Index i counts columns and so runs along ``row``; j counts rows and runs along ``column``; k counts slices and
    runs along ``step_mm`` (PS3.3 equation C.7.6.2.1-1). All inputs are LPS+ as the header gives them.

    Parameters
    ----------
    row, column
        ``(n, 3)`` unit directions.
    spacing_mm
        ``(n, 2)``: distance between rows, distance between columns, in the order of Pixel Spacing (10.7.1.3).
    step_mm, origin_mm
        ``(n, 3)``: from slice to slice, and the centre of the first voxel of the first slice.
    """
    result = np.zeros((len(row), 4, 4))
    result[:, :3, 0] = row * spacing_mm[:, 1:2]
    result[:, :3, 1] = column * spacing_mm[:, 0:1]
    result[:, :3, 2] = step_mm
    result[:, :3, 3] = origin_mm
    result[:, :3] *= _RAS_SIGN[:, None]
    result[:, 3, 3] = 1.0
    return result + 0.0  # no negative zeros in files that people read
