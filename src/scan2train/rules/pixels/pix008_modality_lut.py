"""A table of values stands in place of slope and intercept.

What it finds
-------------
Images with a Modality LUT Sequence, and those among them that have a Rescale Slope and Intercept besides.

Why it matters
--------------
The table turns stored values into what was measured, one by one, along any curve: often optical density on digitised
films. Most readers for machine learning know only slope and intercept and hand out the stored values instead, in
another order and range than those of other cases.

What to do
----------
The table was applied. See that cases without such a table are in the same unit before you mix them.

References
----------
DICOM PS3.3 C.11.1 (Modality LUT module): either the table, or slope and intercept, never both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.rule import Example, Hit, bad, good, info, near, warning

SUSPECT = pl.col("modality_lut")


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Look for the table, and for a rescale beside it that would say otherwise."""
    if not row["modality_lut"] or (row["samples"] or 1) > 1:
        return
    pairs = zip(row["member_slope"], row["member_intercept"], strict=True)
    besides = {pair for pair in pairs if pair[0] not in (None, 1.0) or pair[1] not in (None, 0.0)}
    if besides:
        slope, add = next(iter(besides))
        yield warning(
            "a Modality LUT and a rescale are both there; the LUT was applied",
            seen=f"slope {slope}, intercept {add}",
            expected="one of them",
        )
    else:
        yield info("a Modality LUT was applied in place of slope and intercept")


def examples() -> Iterator[Example]:
    """With a table, without, and with both."""
    from scan2train.finding import Severity
    from scan2train.testing.small import modality_lut, small_series
    from scan2train.testing.small_objects import small_film

    lut = modality_lut()
    yield good("CT with slope and intercept", small_series())
    yield good("a film with neither", small_film())
    yield bad("a digitised film", small_film("CR", manufacturer="KODAK", tags=lut), Severity.INFO)
    yield bad("a DX film", small_film(manufacturer="Canon Inc.", tags=lut), Severity.INFO)
    gone = {"RescaleSlope": None, "RescaleIntercept": None, "RescaleType": None}
    yield bad("CT with a table, sagittal", small_series("PIR", tags={**gone, **lut}), Severity.INFO)
    yield bad("CT with a table and an intercept", small_series(turned_deg=15, tags=lut), Severity.WARNING)
    yield near(
        "a table beside a rescale that changes nothing",
        small_film(tags={**lut, "RescaleSlope": "1", "RescaleIntercept": "0"}),
        Severity.INFO,
    )
    yield near("a VOI LUT is for display only", small_film(tags=modality_lut("VOILUTSequence")))
