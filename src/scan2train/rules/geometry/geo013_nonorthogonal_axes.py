"""The direction cosines of rows and columns are not unit and perpendicular.

What it finds
-------------
Image Orientation (Patient) whose two directions deviate from length 1, or whose product deviates from 0, by more than
rounding explains. Deviations up to 0.02 are repaired, and told; beyond, and where all are zero, the volume is refused.
Files in which one
is no number (NaN) are left out.

Why it matters
--------------
The normal of the slices, and with it their order and their distance, follows from these six numbers. Tools that use
them as they stand get an affine that shears or scales the patient; others fail, or put the identity in their place.

What to do
----------
For small deviations nothing has to be done: the rows' direction was kept, and the columns' made perpendicular to it.
Where the volume was refused, fetch the original files: these numbers were typed, averaged or damaged.

References
----------
DICOM PS3.3 C.7.6.2.1.1: row and column direction cosines shall be orthogonal and of unit length.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.tolerances import GEO013_INFO, GEO013_SILENT, GEO013_WARNING
from scan2train.rule import Example, Hit, at, bad, error, good, info, near, warning

SUSPECT = (pl.col("axes_error") > GEO013_SILENT) | (pl.col("irregular") == "bad-orientation")


#: What the index says of a file whose cosines are no numbers.
_NO_NUMBER = r"non-finite in (?:row|col)_[xyz]\b"


def check(row: Mapping[str, Any] | None = None, skipped: pl.DataFrame | None = None) -> Iterator[Hit]:
    """Grade the largest deviation of a volume's slices; name folders whose files were left out for theirs."""
    if skipped is not None:
        yield from _no_numbers(skipped)
    if row is None:
        return
    off = row["axes_error"]
    if row["irregular"] == "bad-orientation":
        yield error(
            "direction cosines are not unit and perpendicular, and cannot be repaired",
            seen="" if off is None else f"off by {off:.2g}",
            expected=f"at most {GEO013_WARNING:g}",
            affects=row["n_slices"],
        )
    elif row["physical"] and off is not None and GEO013_SILENT < off <= GEO013_WARNING:
        severity = info if off <= GEO013_INFO else warning
        yield severity(
            "direction cosines were not unit and perpendicular; repaired",
            seen=f"off by {off:.2g}",
            expected=f"at most {GEO013_SILENT:g}",
            affects=row["n_slices"],
        )


def _no_numbers(skipped: pl.DataFrame) -> Iterator[Hit]:
    left_out = skipped.filter(pl.col("message").str.contains(_NO_NUMBER)).with_columns(
        folder=pl.col("path").str.replace(r"/?[^/]*$", "")
    )
    for (_, folder), files in left_out.group_by("source", "folder", maintain_order=True):
        yield error(
            "direction cosines are no numbers, and cannot be repaired; the files were left out",
            seen=files["message"][0],
            expected="finite numbers",
            where=at({"path": folder or files["path"][0]}),
            scope="series",
            affects=files.height,
        )


def examples() -> Iterator[Example]:
    """Cosines on either side of each threshold."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series

    def cosines(*values: object, **more: Any) -> Any:
        return small_series(tags={"ImageOrientationPatient": [str(value) for value in values]}, **more)

    yield good("axial", small_series())
    yield good(
        "an oblique with cosines of many digits",
        small_series("PIR", turned_deg=31.7, tilt=0.4, modality="MR"),
    )
    yield good("cosines rounded to five digits", cosines(0.86603, 0.5, 0, -0.5, 0.86603, 0))
    yield bad("rows and columns at 88.5 degrees", cosines(1, 0, 0, 0.0262, 0.9997, 0), Severity.ERROR)
    yield bad("all zero", cosines(0, 0, 0, 0, 0, 0), Severity.ERROR)
    yield bad("no numbers", cosines("NaN", 0, 0, 0, 1, 0), Severity.ERROR)
    yield bad("rows of length 2, of an MR", cosines(2, 0, 0, 0, 1, 0, modality="MR"), Severity.ERROR)
    yield near("off by 0.00008", cosines(1, 0, 0, 0.00008, 1, 0))
    yield near("off by 0.0006", cosines(1, 0, 0, 0, 1.0006, 0, manufacturer="Philips"), Severity.INFO)
    yield near("off by 0.0015", cosines(1, 0, 0, 0.0015, 1, 0), Severity.WARNING)
    yield near("off by 0.019", cosines(1, 0, 0, 0, 0.981, 0, modality="PT"), Severity.WARNING)
    yield near("off by 0.021", cosines(1, 0, 0, 0, 0, 1.021), Severity.ERROR)
