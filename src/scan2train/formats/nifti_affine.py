"""Where a NIfTI file puts its voxels.

The sform is used where its code says that it is set, else the qform, else there is no place in space. Formulas:
nifti1.h, "3D image (volume) orientation and location in space", methods 1 to 3. NIfTI counts in RAS+ like this
package, so nothing is flipped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from scan2train.errors import GeometryError
from scan2train.finding import Finding, Severity
from scan2train.formats.axes import sheared
from scan2train.formats.noticed import noticed
from scan2train.grid import FloatArray, Grid
from scan2train.knowledge.tolerances import NII001_INFO_VOXELS, NII001_SILENT_VOXELS, NII003_SPACING_PART

#: Millimetres per unit of length; 0 is "unknown", taken for millimetres as every reader does.
_MM = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}
_UNITS = {1: "metres", 3: "micrometres"}
_LENGTH_BITS = 0x07
#: Unit quaternions rounded to float32 are this far off at most; beyond, it is no rotation.
_QUATERNION_SLACK = 1e-5


def grid_of(
    fields: dict[str, Any], shape: tuple[int, int, int], path: Path
) -> tuple[Grid, tuple[Finding, ...]]:
    """Grid of one volume and what is odd about it.

    Raises
    ------
    GeometryError
        If the transform that counts is not finite, singular, or no rotation.
    """
    units = int(fields["xyzt_units"]) & _LENGTH_BITS
    scale = _MM.get(units, 1.0)
    sform = _sform(fields, scale) if fields["sform_code"] > 0 else None
    if sform is None and fields["qform_code"] <= 0:
        return Grid(shape, np.eye(4), physical=False), (_no_codes(fields, path),)
    if sform is None:
        return Grid(shape, _qform(fields, scale)), _unit_finding(units, path)
    grid = Grid(shape, sform)
    found = [*_unit_finding(units, path), *sheared(grid, path), *_spacing(fields, grid, scale, path)]
    if fields["qform_code"] > 0:
        found += _compare(fields, grid, scale, path)
    return grid, tuple(found)


def _sform(fields: dict[str, Any], scale: float) -> FloatArray:
    affine = np.eye(4)
    affine[:3] = np.array(fields["srow"], dtype=np.float64) * scale
    return affine


def _qform(fields: dict[str, Any], scale: float) -> FloatArray:
    b, c, d = (float(value) for value in fields["quatern"])
    spacing = np.array(fields["pixdim"][1:4], dtype=np.float64) * scale
    square = b * b + c * c + d * d
    if not np.isfinite(spacing).all() or spacing.min() <= 0:
        raise GeometryError(
            "the qform has no usable spacing",
            expected="finite numbers above 0",
            found=f"pixdim {fields['pixdim'][1:4]}",
        )
    if not square <= 1 + _QUATERNION_SLACK:
        raise GeometryError(
            "the qform is no rotation", expected="b²+c²+d² ≤ 1", found=f"{square:.6g}", code="NII001"
        )
    a = np.sqrt(max(0.0, 1.0 - square))
    if a == 0:
        b, c, d = (value / np.sqrt(square) for value in (b, c, d))
    affine = np.eye(4)
    affine[:3, :3] = rotation(a, b, c, d) * spacing
    if fields["pixdim"][0] < 0:
        affine[:3, 2] *= -1
    affine[:3, 3] = np.array(fields["qoffset"], dtype=np.float64) * scale
    return affine


def rotation(a: float, b: float, c: float, d: float) -> FloatArray:
    """Rotation matrix of the unit quaternion ``a + bi + cj + dk``."""
    return np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )


def _compare(fields: dict[str, Any], grid: Grid, scale: float, path: Path) -> tuple[Finding, ...]:
    try:
        other = Grid(grid.shape, _qform(fields, scale))
    except GeometryError as error:
        return (noticed("NII001", path, "the qform is set but unusable; the sform was used", seen=error),)
    mirrored = np.linalg.det(grid.affine[:3, :3]) * np.linalg.det(other.affine[:3, :3]) < 0
    apart = grid.distance_in_voxels(other)
    if apart < NII001_SILENT_VOXELS and not mirrored:
        return ()
    return (
        noticed(
            "NII001",
            path,
            "sform and qform put the voxels at different places; the sform was used",
            severity=Severity.ERROR if mirrored or apart > NII001_INFO_VOXELS else Severity.INFO,
            seen=f"up to {apart:.3g} voxels apart" + (", mirrored" if mirrored else ""),
            expected=f"less than {NII001_SILENT_VOXELS} voxels",
            advice="Other readers may take the qform: find out which one is right and write both alike.",
        ),
    )


def _no_codes(fields: dict[str, Any], path: Path) -> Finding:
    return noticed(
        "NII001",
        path,
        "neither sform nor qform is set: where left and right are is unknown, so it is read as a pixel grid",
        seen=f"pixdim {fields['pixdim'][1:4]}",
        expected="an sform_code or a qform_code above 0",
        advice="Convert it again from the source.",
    )


def _unit_finding(units: int, path: Path) -> tuple[Finding, ...]:
    if units in (0, 2):
        return ()
    seen = _UNITS.get(units, f"code {units}")
    message = (
        "lengths were converted to mm; most readers ignore the unit"
        if units in _UNITS
        else "unknown unit of length, taken for mm"
    )
    return (noticed("NII003", path, message, seen=seen, expected="millimetres"),)


def _spacing(fields: dict[str, Any], grid: Grid, scale: float, path: Path) -> tuple[Finding, ...]:
    claimed = np.array(fields["pixdim"][1:4], dtype=np.float64) * scale
    with np.errstate(invalid="ignore"):
        differs = np.abs(claimed - grid.spacing) > NII003_SPACING_PART * np.array(grid.spacing)
    used = np.array(grid.shape) > 1
    if np.isfinite(claimed).all() and claimed.min() > 0 and not (differs & used).any():
        return ()
    return (
        noticed(
            "NII003",
            path,
            "pixdim is not the spacing of the sform, which was used; readers that go by pixdim see another size",
            seen=f"pixdim {claimed.tolist()} mm",
            expected=f"{[round(size, 6) for size in grid.spacing]} mm",
        ),
    )
