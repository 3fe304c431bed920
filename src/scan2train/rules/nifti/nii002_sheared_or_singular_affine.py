"""The axes of a file are not perpendicular, or do not span space.

What it finds
-------------
NIfTI, MetaImage and NRRD files whose axes are sheared against one another, with how many voxels that moves the far
end of the volume; and files that were refused because their axes lie in one plane.

Why it matters
--------------
Readers that are built on ITK (SimpleITK, MONAI, TorchIO, 3D Slicer) keep three perpendicular directions and a
spacing: they drop the shear without a word or refuse the file. Lengths, angles and volumes in mm are then wrong,
and masks do not fit.

What to do
----------
Resample the volume onto perpendicular axes (the step detilt does; resample keeps the shear) before tools that are
built on ITK see it. A file with a singular affine must be made again from its source.

References
----------
nifti1.h, method 3 (the sform is any affine); ITK, itk::ImageBase::SetDirection.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from scan2train.rule import Example, Hit, bad, good, near
from scan2train.rule.passed_on import passed_on_or_refused


def check(volumes: pl.DataFrame, skipped: pl.DataFrame) -> Iterator[Hit]:
    """Pass on what the readers of formats noticed, and what they refused."""
    yield from passed_on_or_refused("NII002", volumes, skipped)


def examples() -> Iterator[Example]:
    """Perpendicular, sheared and singular axes, in several formats."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_nifti, small_series

    flat = ((1.3, 0, 0, 0), (0, 1.7, 0, 0), (0, 0, 0, 0))
    yield good("perpendicular", small_nifti())
    yield good("oblique", small_nifti("scan.mha", orientation="LPS", turned_deg=33))
    yield good("a tilted DICOM stack is the matter of GEO006", small_series(tilt=0.6))
    yield bad("a NIfTI that keeps a gantry tilt", small_nifti(tilt=0.6), Severity.WARNING)
    yield bad("an NRRD, sagittal", small_nifti("scan.nrrd", orientation="PIR", tilt=0.6), Severity.WARNING)
    yield bad(
        "no third axis", small_nifti("scan.nii", header={"srow": flat, "qform_code": 0}), Severity.ERROR
    )
    yield near("a shear of a fifth of a voxel", small_nifti(orientation="RPI", tilt=0.03), Severity.INFO)
    yield near("float32 rounding", small_nifti(tilt=0.0001))
