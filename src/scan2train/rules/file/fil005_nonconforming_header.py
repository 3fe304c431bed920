"""A header does not conform to its standard.

What it finds
-------------
Attributes that every image must have and this one has not, numbers, dates and UIDs that are none, elements in the wrong
order or of the wrong type, functional groups that are shared and also a frame's own, whose own are taken, and pixel
data of another length than rows, columns, frames and bits demand. What could be read all the same is a warning; a file
whose pixels cannot be trusted for it is an error, and is left out.

Why it matters
--------------
Each reader repairs in its own way, or not at all: one drops the slice, one guesses, one stops. The same folder then
gives different volumes in training and at the clinic. And a header that is wrong here was written by software that may
be wrong elsewhere.

What to do
----------
Look at what is named, and whether the values that you rely on are among it. Ask for an export by other software if
many files are concerned; for a few, compare with another reader.

References
----------
DICOM PS3.5 sections 6.2, 7.1 and 9.1, PS3.10 section 7.1, PS3.3 C.7.6.3 (Image Pixel) and C.7.6.16 (Multi-frame
Functional Groups); NIfTI-1 and NRRD: their own headers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.header_oddities import explained
from scan2train.rule import Decoded, Example, Hit, bad, good, near, warning
from scan2train.rule.passed_on import passed_on
from scan2train.rule.skipped_files import skipped_files
from scan2train.rule.suspects import NOTICED, ODD

#: Words that other rules speak of.
_OTHERS = (
    "nonzero-preamble",
    "executable-preamble",
    "instance-repeated",
    "instance-contradicted",
    "mosaic-lacks:",
)
#: Attributes of type 1 in every image (PS3.3 C.12.1, C.7.2.1, C.7.3.1, C.7.6.3); those without which there are no
#: pixels are missed by the index already.
_REQUIRED = {
    "sop_class_uid": "SOP Class UID",
    "study_uid": "Study Instance UID",
    "series_uid": "Series Instance UID",
    "modality": "Modality",
    "photometric": "Photometric Interpretation",
}
#: How many faults are told.
_MOST = 6

SUSPECT = (
    ODD
    | NOTICED
    | pl.any_horizontal(pl.col(name).fill_null("") == "" for name in _REQUIRED)
    | pl.col("member_uid").list.contains(None)
    | pl.col("member_uid").list.contains("")
    | pl.col("high_bit").is_null()
)


def check(
    row: Mapping[str, Any] | None = None,
    decoded: Decoded | None = None,
    skipped: pl.DataFrame | None = None,
) -> Iterator[Hit]:
    """Name files left out for their headers; for a volume, everything that was repaired or ignored, as one."""
    if skipped is not None:
        yield from skipped_files("FIL005", skipped)
    if row is None:
        return
    yield from passed_on("FIL005", row)
    if row["format"] != "dicom":
        return
    faults = [f"no {name}" for column, name in _REQUIRED.items() if not row[column]]
    if not all(row["member_uid"]):
        faults.append("no SOP Instance UID")
    if row["high_bit"] is None and row["pixel_kind"] in ("native", "encapsulated"):
        faults.append("no High Bit")
    words = [word for word in row["oddities"] or () if not word.startswith(_OTHERS)]
    # Which identifier is missing has been said.
    faults += [explained(word) for word in words if word != "missing-uid" or not faults]
    if decoded is not None and decoded.longer_by > 0:
        faults.append(f"pixel data is {decoded.longer_by} bytes longer than it must be; the rest was ignored")
    if faults:
        more = f"; and {len(faults) - _MOST} more" if len(faults) > _MOST else ""
        yield warning("the header does not conform to the standard", seen="; ".join(faults[:_MOST]) + more)


def examples() -> Iterator[Example]:
    """Headers of several encodings that are as they must be, and some that are not."""
    from scan2train.finding import Severity
    from scan2train.testing.damaged import changed, replaced
    from scan2train.testing.dicom_enhanced import frame_window
    from scan2train.testing.small import small_nifti, small_series
    from scan2train.testing.small_objects import small_enhanced

    yield good("explicit VR", small_series())
    yield good(
        "implicit VR, oblique MR", small_series(turned_deg=20.0, modality="MR", transfer_syntax="implicit")
    )
    yield good("big-endian, sagittal", small_series("PIR", transfer_syntax="big-endian"))
    yield good("a NIfTI", small_nifti())
    yield bad("no Modality", small_series(tags={"Modality": None}), Severity.WARNING)
    yield bad(
        "no SOP Class UID", replaced(small_series(), b"\x08\0\x16\0UI", b"\x08\0\x15\0UI"), Severity.WARNING
    )
    yield bad("no Study Instance UID", small_series(tags={"StudyInstanceUID": None}), Severity.WARNING)
    yield bad("no High Bit, MR", small_series("RPI", modality="MR", tags={"HighBit": None}), Severity.WARNING)
    yield bad("no Pixel Representation", small_series(tags={"PixelRepresentation": None}), Severity.ERROR)
    yield bad("no Rows", small_series(tags={"Rows": None}), Severity.ERROR)
    yield bad(
        "a functional group that is shared and also a frame's own, of an oblique enhanced MR",
        small_enhanced(
            modality="MR",
            turned_deg=20.0,
            shared_tags=frame_window(300.0, 600.0),
            frame_tags=lambda k: frame_window(300.0 + k, 600.0),
        ),
        Severity.WARNING,
    )
    yield bad("neither preamble nor meta group", small_series(preamble=False), Severity.WARNING)
    yield bad("a date that is none", replaced(small_series(), b"20240229", b"2024-2-9"), Severity.WARNING)
    yield bad(
        "bytes after the voxels of a NIfTI", changed(small_nifti("a.nii"), None, b"\0" * 9), Severity.WARNING
    )
    yield near("no Series Description, which is optional", small_series(tags={"SeriesDescription": None}))
    yield near("functional groups of each frame's own alone", small_enhanced("PIR", shared=False))
    yield near("private elements of a vendor", small_series(tags={(0x0009, 0x0010): ("LO", "VENDOR")}))
