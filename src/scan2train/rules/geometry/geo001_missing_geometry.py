"""The header does not say where the pixels are.

What it finds
-------------
Images without a position, an orientation or a spacing that can be used: Image Position (Patient), Image Orientation
(Patient) and Pixel Spacing in DICOM, or what stands for them in other formats. On CT, MR and PET this is a fault; on
pictures, secondary captures and films that never had a size it is only worth knowing.

Why it matters
--------------
Without positions nobody knows the order of the slices, their distance, or left from right; without a spacing nothing
can be measured, and resampling to millimetres is a guess. Tools that fill the hole with 1 mm and file order produce
volumes that look right and are not.

What to do
----------
Fetch the original files of a CT, MR or PET: an export or an anonymiser has dropped their geometry. What is only a pixel
grid can be trained on as a picture, with recipes that ask for no millimetres.

CT, MR and PET are refused by read and prepare. Everything else is read as a pixel grid: spacing 1, and no place in the
patient.

References
----------
DICOM PS3.3 C.7.6.2 (Image Plane), 10.7 (Basic Pixel Spacing), C.8.6 (Secondary Capture); the NIfTI-1 standard on
qform_code and sform_code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from scan2train.finding import Severity
from scan2train.rule import Example, Hit, bad, error, good, info, near
from scan2train.rule.passed_on import passed_on
from scan2train.rule.skipped_files import skipped_files
from scan2train.rule.suspects import NOTICED

_PIXELS_ONLY = (
    "Train on it as on a picture, with recipes that ask for no millimetres; nothing has to be mended."
)

SUSPECT = NOTICED | ~pl.col("physical")


def check(row: Mapping[str, Any] | None = None, skipped: pl.DataFrame | None = None) -> Iterator[Hit]:
    """Look at what stacking made of the geometry, or the reader of another format; it may have refused the file."""
    if skipped is not None:
        yield from skipped_files("GEO001", skipped)
    if row is None:
        return
    told = list(passed_on("GEO001", row))
    for one in told:
        grid_alone = one.severity == Severity.INFO and not row["physical"]
        yield replace(one, advice=one.advice or _PIXELS_ONLY) if grid_alone else one
    if told or row["physical"]:
        return
    seen = f"no usable {', '.join(row['lacks'])}" if row["lacks"] else ""
    if row["irregular"] == "no-geometry":
        yield error(
            "no place in the patient follows from the header",
            seen=seen,
            expected="Image Position and Orientation (Patient) and Pixel Spacing",
            affects=row["n_slices"],
        )
    elif not row["irregular"]:
        yield info(
            "no patient geometry: a pixel grid",
            seen=seen,
            expected="a position, an orientation and a spacing, where millimetres are needed",
            advice=_PIXELS_ONLY,
            affects=row["n_slices"],
        )


def examples() -> Iterator[Example]:
    """Scans, films and pictures, with and without what tells their places."""
    from scan2train.testing.small import small_nifti, small_series
    from scan2train.testing.small_objects import small_film, small_picture

    no_place, no_axes = {"ImagePositionPatient": None}, {"ImageOrientationPatient": None}
    yield good("a CT with all of it", small_series())
    yield good("a sagittal MR", small_series("PIR", modality="MR"))
    yield good("a NIfTI with a transform", small_nifti())
    yield good("a film with the spacing of its detector", small_film("DX", imager=(0.143, 0.139)))
    yield bad("a CT without positions", small_series(tags=no_place), Severity.ERROR)
    yield bad(
        "an oblique MR without orientation",
        small_series("PIR", turned_deg=17, modality="MR", tags=no_axes),
        Severity.ERROR,
    )
    yield bad(
        "a PET without a pixel spacing",
        small_series(modality="PT", tags={"PixelSpacing": None}),
        Severity.ERROR,
    )
    yield bad(
        "one slice without a position among others",
        small_series(tags=lambda k: no_place if k == 3 else {}),
        Severity.ERROR,
    )
    yield bad(
        "a NIfTI that is refused, because its spacing is 0",
        small_nifti("scan.nii", header={"sform_code": 0, "pixdim": (1, 0, 1.7, 2.5, 1, 1, 1, 1)}),
        Severity.ERROR,
    )
    yield near("a chest film without any spacing", small_film("CR", imager=None), Severity.INFO)
    yield near("a PNG", small_picture(), Severity.INFO)
    yield near("a single CT slice still has a place", small_series(shape=(9, 8, 1)))
