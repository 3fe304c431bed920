"""The patient did not lie on the back, head first.

What it finds
-------------
Volumes whose Patient Position says prone or on the side: a warning. And those of patients who lay on the back, but not
with the head first: worth knowing, no more.

Why it matters
--------------
Coordinates in DICOM belong to the patient, so that left and right, front and back stay right however the patient lay.
Anatomy does not: organs sink, the lungs fill otherwise, fluid and air change sides, and the table is before the belly
and not behind the back. A network that saw only supine patients takes these for findings.

What to do
----------
Bring all volumes to one orientation (the recipe step reorient does it from the affine), and keep prone and decubitus
scans apart, or make sure that each split holds some. Do not flip an image because of this attribute.

Feet first alone moves nothing in the body; it only turns the order in which slices were taken. Breast MR is prone as a
rule.

References
----------
DICOM PS3.3 C.7.3.1.1.2 (Patient Position is for annotation; Image Orientation (Patient) holds the geometry).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.rule import Example, Hit, bad, good, info, near, warning
from scan2train.rule.slices import IMAGES

_FIRST = {
    "HF": "head first",
    "FF": "feet first",
    "LF": "left first",
    "RF": "right first",
    "AF": "front first",
    "PF": "back first",
}
_USUAL = "HFS: supine, head first"
_LYING = {"S": "supine", "P": "prone", "DR": "on the right side", "DL": "on the left side"}

_NOTHING_MOVED = (
    "Nothing: the patient lay on the back, and organs lie as in other scans. Only the order in which slices were taken "
    "is another, and volumes are stacked by their coordinates."
)

SUSPECT = pl.col("patient_position") != "HFS"


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Judge Patient Position, where it is one of the defined terms."""
    if row["format"] != "dicom" or row["role"] not in IMAGES:
        return
    term = (row["patient_position"] or "").strip().upper()
    first, lying = _FIRST.get(term[:2]), _LYING.get(term[2:])
    if first is None or lying is None or term == "HFS":
        return
    if lying == "supine":
        yield info(
            f"the patient lay on the back as usual, but {first}",
            seen=term,
            expected=_USUAL,
            advice=_NOTHING_MOVED,
            scope="series",
        )
    else:
        yield warning(
            f"the patient lay {lying}, not on the back ({first})", seen=term, expected=_USUAL, scope="series"
        )


def examples() -> Iterator[Example]:
    """Positions, of several modalities."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_nifti, small_series

    def lying(position: Any, orientation: str = "LPS", **more: Any) -> Any:
        return small_series(orientation, tags={"PatientPosition": position}, **more)

    yield good("supine, head first", small_series())
    yield good("supine, head first, sagittal MR", lying("HFS", "PIR", modality="MR"))
    yield good("a NIfTI says nothing", small_nifti())
    yield bad("prone CT", lying("HFP", manufacturer="TOSHIBA"), Severity.WARNING)
    yield bad("prone breast MR, feet first", lying("FFP", "RAI", modality="MR"), Severity.WARNING)
    yield bad("CT on the right side", lying("HFDR", turned_deg=90), Severity.WARNING)
    yield bad("PET, feet first", lying("FFS", modality="PT"), Severity.INFO)
    yield near("no Patient Position", lying(None))
    yield near("a term that is not defined", lying("STANDING"))
    yield near("supine, with a space at the end", lying("HFS "))
