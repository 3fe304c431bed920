"""Writing NIfTI: sform and qform alike, one code, millimetres, so that every reader sees the same place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, product
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.errors import WrongUse
from scan2train.formats.atomic import replacing
from scan2train.formats.gzip_blocks import gzip_blocks
from scan2train.formats.nifti_affine import rotation
from scan2train.formats.nifti_fields import DATATYPES, INTENT_VECTOR, NIFTI1, NIFTI2
from scan2train.formats.registry import suffix_of
from scan2train.formats.voxels_out import copy, planar_slabs, slabs, stored_dtype
from scan2train.grid import FloatArray, Grid
from scan2train.volume import Volume

_CODES = {value: code for code, value in DATATYPES.items()}
_LARGEST_SIZE = 32767
_SCANNER = 1
_MM = 2
_SECONDS = 8
#: Cosine between two axes up to which a rotation holds them.
_ORTHOGONAL = 1e-6
_COLOURS = (3, 4)
_EXTENDER = 4
#: 1 - (b² + c² + d²) below which some readers take the rotation for half a turn (C library 1e-7, nibabel 3.6e-7).
_HALF_TURN = 4e-7
#: How far apart sform and qform may put a voxel, in voxels.
_SAME = 0.005


def write(volume: Volume, path: Path) -> None:
    """Write a volume as ``.nii`` or ``.nii.gz``; NIfTI-2 only where a size does not fit into NIfTI-1.

    sform and qform say the same with code 1 (scanner). Where the qform cannot hold what the sform says, because the
    axes are sheared or the rotation falls between its floats, it has code 0, so that every reader takes the sform. A
    pixel grid gets code 0 in both. Colour (uint8, 3 or 4 channels) is RGB24 or RGBA32, other channels are
    the fifth dimension. Points of a dimension (``meta["dimension_values"]``) are the fourth, at steps of
    ``meta["dimension_step_s"]``. The same volume gives the same bytes.

    Raises
    ------
    WrongUse
        If NIfTI has no type that holds the values.
    """
    dtype = stored_dtype(volume)
    head = _header(volume, dtype)
    with replacing(path) as file:
        chunks = chain([memoryview(head)], _voxels(volume, dtype))
        if suffix_of(path) == ".nii.gz":
            gzip_blocks(chunks, file.write)
        else:
            copy(chunks, file)


def _is_colour(volume: Volume, dtype: np.dtype[Any]) -> bool:
    few = volume.array.ndim > 3 and volume.array.shape[3] in _COLOURS
    return few and dtype == np.uint8 and not _has_points(volume)


def _has_points(volume: Volume) -> bool:
    """Whether the fourth axis is one of points, such as times, and not of channels."""
    return volume.array.ndim > 3 and "dimension_values" in volume.meta


def _voxels(volume: Volume, dtype: np.dtype[Any]) -> Iterator[memoryview]:
    if volume.array.ndim > 3 and not _is_colour(volume, dtype):
        return planar_slabs(volume.array, dtype)
    return slabs(volume.array, dtype)


def _header(volume: Volume, dtype: np.dtype[Any]) -> bytes:
    grid = volume.grid
    channels = volume.array.shape[3] if volume.array.ndim > 3 else 1
    colour = _is_colour(volume, dtype)
    vector = 1 if colour else channels
    code = _CODES.get((dtype.str[1:], channels if colour else 1))
    if code is None:
        raise WrongUse(f"NIfTI has no type for {dtype}")
    large = max(*grid.shape, vector) > _LARGEST_SIZE
    kind = (NIFTI2 if large else NIFTI1).newbyteorder("<")
    record = np.zeros((), kind)
    record["sizeof_hdr"] = kind.itemsize
    record["magic"] = b"n+2\0\r\n\x1a\n" if large else b"n+1\0"
    record["dim"] = [5, *grid.shape, 1, vector, 1, 1] if vector > 1 else [3, *grid.shape, 1, 1, 1, 1]
    record["intent_code"] = INTENT_VECTOR if vector > 1 else 0
    if _has_points(volume):
        record["dim"] = [4, *grid.shape, channels, 1, 1, 1]
        record["intent_code"] = 0
    record["datatype"] = code
    record["bitpix"] = dtype.itemsize * 8 * (channels if colour else 1)
    record["vox_offset"] = kind.itemsize + _EXTENDER
    record["scl_slope"] = 1
    record["xyzt_units"] = _MM if grid.physical else 0
    _place(record, grid)
    step_s = volume.meta.get("dimension_step_s")
    if _has_points(volume) and step_s:
        record["pixdim"][4] = step_s
        record["xyzt_units"] += _SECONDS
    return record.tobytes() + bytes(_EXTENDER)


def _place(record: Any, grid: Grid) -> None:
    spacing = np.array(grid.spacing)
    axes = grid.affine[:3, :3] / spacing
    mirrored = np.linalg.det(axes) < 0
    record["pixdim"] = [-1 if mirrored else 1, *spacing, 1, 1, 1, 1]
    record["srow"] = grid.affine[:3]
    if not grid.physical:
        return
    record["sform_code"] = _SCANNER
    if grid.shear > _ORTHOGONAL:
        return
    real = record["quatern"].dtype.newbyteorder("=").type
    quaternion = _best_quaternion(axes * (1, 1, -1) if mirrored else axes, real)
    reach = float(np.linalg.norm(grid.shape * spacing)) / float(spacing.min())
    if _off(quaternion, axes * (1, 1, -1) if mirrored else axes) * reach > _SAME:
        return
    record["qform_code"] = _SCANNER
    record["qoffset"] = grid.affine[:3, 3]
    record["quatern"] = quaternion


def _best_quaternion(axes: FloatArray, real: Any) -> tuple[Any, ...]:
    """Round b, c, d of the unit quaternion for a rotation matrix so that the matrix comes back best.

    The first part of the quaternion is not stored but follows from the others; near half a turn, rounding each of
    them to the nearest float can turn the axes by 0.02 degrees.
    """
    exact = _quaternion(axes)
    near = [[real(part)] for part in exact]
    for values in near:
        for _ in range(2):
            values.insert(0, np.nextafter(values[0], real(-2)))
            values.append(np.nextafter(values[-1], real(2)))
    return min(product(*near), key=lambda bcd: _off(bcd, axes))


def _off(bcd: tuple[Any, ...], axes: FloatArray) -> float:
    """Largest error of the matrix that readers make of b, c, d, by the formula and by the short cut of some."""
    b, c, d = (float(part) for part in bcd)
    square = b * b + c * c + d * d
    if square > 1 + _HALF_TURN:
        return np.inf
    half = np.abs(rotation(0.0, b, c, d) - axes).max() if square > 1 - _HALF_TURN else 0.0
    formula = np.abs(rotation(np.sqrt(max(0.0, 1 - square)), b, c, d) - axes).max()
    return float(max(half, formula))


def _quaternion(axes: FloatArray) -> tuple[float, float, float]:
    """b, c, d with a ≥ 0, from the eigenvector of Bar-Itzhack's symmetric matrix: stable for every rotation.

    I. Y. Bar-Itzhack, New method for extracting the quaternion from a rotation matrix, J. Guidance 23(6), 2000.
    """
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = axes
    lower = np.array(
        [
            [xx - yy - zz, 0, 0, 0],
            [yx + xy, yy - xx - zz, 0, 0],
            [zx + xz, zy + yz, zz - xx - yy, 0],
            [zy - yz, xz - zx, yx - xy, xx + yy + zz],
        ]
    )
    b, c, d, a = np.linalg.eigh(lower)[1][:, -1]
    sign = -1 if a < 0 else 1
    return float(b * sign), float(c * sign), float(d * sign)
