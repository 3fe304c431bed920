"""The two transforms of a NIfTI file disagree, or neither is set.

What it finds
-------------
NIfTI files whose sform and qform put voxels at different places, in voxels at the worst corner, or mirror one
another; and files in which neither is set, so that left and right are unknown.

Why it matters
--------------
nibabel takes the sform, ITK and SimpleITK often the qform: the same file lies at two places, and a mask that was
drawn with one reader is shifted or mirrored in the other. A mirrored image has its liver on the left, and no
network complains.

What to do
----------
Find out which of the two is right, by another image of the same patient or by the original DICOM files, and write
the file again with both alike.

References
----------
nifti1.h, "3D image (volume) orientation and location in space"; methods 1, 2 and 3.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from scan2train.rule import Example, Hit, bad, good, near
from scan2train.rule.passed_on import passed_on_or_refused


def check(volumes: pl.DataFrame, skipped: pl.DataFrame) -> Iterator[Hit]:
    """Pass on what the reader of NIfTI compared."""
    yield from passed_on_or_refused("NII001", volumes, skipped)


def examples() -> Iterator[Example]:
    """Transforms alike, a little and far apart, mirrored, and not set."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_nifti, small_series

    # The body of the examples has its first voxel at these places, RAS+ mm.
    at = (-4.8, -12.5, 8.25)
    yield good("both alike", small_nifti())
    yield good("both alike, oblique, LPS", small_nifti("scan.nii", orientation="LPS", turned_deg=20))
    yield good("DICOM has none of them", small_series())
    yield bad(
        "the qform is a centimetre off",
        small_nifti("scan.nii", header={"qoffset": (at[0] + 10, at[1], at[2])}),
        Severity.ERROR,
    )
    yield bad(
        "the qform is mirrored",
        small_nifti("scan.nii", header={"pixdim": (-1, 1.3, 1.7, 2.5, 1, 1, 1, 1)}),
        Severity.ERROR,
    )
    yield bad(
        "neither is set", small_nifti("scan.nii", header={"sform_code": 0, "qform_code": 0}), Severity.WARNING
    )
    yield bad(
        "a qform that is no rotation, alone",
        small_nifti("scan.nii", header={"sform_code": 0, "quatern": (0.9, 0.9, 0.0)}),
        Severity.ERROR,
    )
    yield near("only the sform is set", small_nifti("scan.nii", orientation="PIR", header={"qform_code": 0}))
    yield near("only the qform is set", small_nifti("scan.nii", orientation="PIR", header={"sform_code": 0}))
    yield near(
        "0.4 voxels apart",
        small_nifti("scan.nii", header={"qoffset": (at[0] + 0.52, at[1], at[2])}),
        Severity.INFO,
    )
    yield near(
        "0.006 voxels apart", small_nifti("scan.nii", header={"qoffset": (at[0] + 0.008, at[1], at[2])})
    )
