"""Scaling, units or dimensions that readers treat differently.

What it finds
-------------
NIfTI files with a slope that is no number, with lengths in metres or micrometres, with a pixdim that is not the
spacing of the transform, with a bitpix that contradicts the type of the voxels, or with a fourth axis of one point;
NRRD files with units of length other than mm; and files that were refused for the like.

Why it matters
--------------
Most readers ignore units, some go by pixdim and others by the affine, and nibabel gives four axes where others give
three: the same file has two sizes, two scales or two shapes, depending on who opens it.

What to do
----------
Nothing for what is read here: the message says what was believed. Write such files again before other tools use them.

References
----------
nifti1.h: scl_slope, xyzt_units, pixdim, dim; NRRD, "space units".
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from scan2train.rule import Example, Hit, bad, good, near
from scan2train.rule.passed_on import passed_on_or_refused


def check(volumes: pl.DataFrame, skipped: pl.DataFrame) -> Iterator[Hit]:
    """Pass on what the readers of formats noticed, and what they refused."""
    yield from passed_on_or_refused("NII003", volumes, skipped)


def examples() -> Iterator[Example]:
    """Headers that are clear, and such as are not."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_nifti, small_series

    yield good("millimetres", small_nifti())
    yield good("an NRRD", small_nifti("scan.nrrd", orientation="LPS"))
    yield good("DICOM says it otherwise", small_series())
    yield bad("metres", small_nifti("scan.nii", header={"xyzt_units": 1}), Severity.WARNING)
    yield bad(
        "a slope that is no number",
        small_nifti("scan.nii", header={"scl_slope": float("nan")}),
        Severity.WARNING,
    )
    yield bad(
        "an intercept beside a slope of 0",
        small_nifti("scan.nii", orientation="RPI", header={"scl_slope": 0, "scl_inter": -1024}),
        Severity.WARNING,
    )
    yield bad(
        "pixdim of another size",
        small_nifti(
            "scan.nii", orientation="PIR", header={"pixdim": (1, 1, 1, 1, 1, 1, 1, 1), "qform_code": 0}
        ),
        Severity.WARNING,
    )
    yield bad("bitpix of another type", small_nifti("scan.nii", header={"bitpix": 8}), Severity.WARNING)
    yield bad(
        "a fourth axis of one point",
        small_nifti("scan.nii", header={"dim": (4, 13, 11, 8, 1, 1, 1, 1)}),
        Severity.INFO,
    )
    yield near("a slope of 0, which means none", small_nifti("scan.nii", header={"scl_slope": 0}))
    yield near("a slope of 2", small_nifti("scan.nii", orientation="RPI", header={"scl_slope": 2}))
    yield near("units that are not said", small_nifti("scan.nii", header={"xyzt_units": 0}))
    yield near("pixdim rounded to float32", small_nifti("scan.nii", turned_deg=12, spacing=(1.1, 1.3, 1.7)))
