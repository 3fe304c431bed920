"""Several slices lie at one place, and no attribute says why.

What it finds
-------------
Slices of a stack within 0.02 mm of one another that neither phase, echo, time, b-value, acquisition nor anything else
in their headers tells apart. Where the pixels are the same, one of each was used; where they differ, the volume is
refused.

Why it matters
--------------
One of the two slices is not what it seems: the same series exported twice with new UIDs, a second reconstruction under
the first one's name, or a mistake in the positions. A tool that stacks both makes the patient longer by a slice for
every copy.

What to do
----------
Find out which files belong, and remove the others; --irregular split makes each of them a volume of its own. Where
their pixels are the same nothing has to be done for this volume, but look for the same mistake in the rest of the
export.

Files that share their SOP Instance UID as well are FIL004; volumes that an attribute tells apart are SER001.

References
----------
DICOM PS3.3 C.7.6.2.1.1 (Image Position and Image Orientation), C.12.1 (SOP Instance UID).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.measures.twins import doubled_slices, told_doubles, twins_are_copies
from scan2train.rule import Example, Hit, bad, error, good, info, near, warning
from scan2train.rule.slices import IMAGES

SUSPECT = pl.col("irregular") == "duplicate-positions"


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Name the slices that share a place in a stack that was found to have such slices."""
    if row["irregular"] != "duplicate-positions":
        return
    seen, n = told_doubles(row), len(doubled_slices(row))
    if twins_are_copies(row):
        yield warning(
            "several slices lie at one place, with the same pixels; one of each was used",
            seen=seen,
            expected="one slice at each place",
            affects=n,
        )
    else:
        severity = error if row["role"] in IMAGES else info
        yield severity(
            "several slices lie at one place, and no attribute explains it",
            seen=seen,
            expected="one slice at each place",
            affects=n,
        )


def examples() -> Iterator[Example]:
    """Stacks with one slice at each place, and with more."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series, together
    from scan2train.testing.small_places import ONE_SERIES, doubled_slice

    def twice(**tags: Any) -> Any:
        return together(
            *(
                small_series(
                    modality="MR",
                    seed=n,
                    below=f"{n}",
                    tags={**ONE_SERIES, **{name: value[n] for name, value in tags.items()}},
                )
                for n in range(2)
            )
        )

    yield good("one slice at each place", small_series())
    yield good("two echoes", twice(EchoTime=("2.3", "4.6")))
    yield good("two phases by their numbers", twice(TemporalPositionIdentifier=("1", "2")))
    yield bad(
        "one slice twice, with other pixels", doubled_slice(small_series(), other_pixels=True), Severity.ERROR
    )
    yield bad(
        "one sagittal slice twice, with other pixels",
        doubled_slice(small_series("PIR", turned_deg=9, manufacturer="Philips"), other_pixels=True),
        Severity.ERROR,
    )
    yield bad("one slice twice, with the same pixels", doubled_slice(small_series()), Severity.WARNING)
    yield bad(
        "one slice twice, with another slope",
        doubled_slice(small_series(), tags={"RescaleSlope": "2"}),
        Severity.ERROR,
    )
    yield bad("all slices at one place", small_series(place=lambda _: 3.0), Severity.ERROR)
    yield near(
        "two slices 0.015 mm apart",
        doubled_slice(small_series(), other_pixels=True, apart_mm=0.015),
        Severity.ERROR,
    )
    yield near(
        "two slices 0.03 mm apart are an uneven stack",
        doubled_slice(small_series(), other_pixels=True, apart_mm=0.03),
    )
    yield near("a copy of a file, UID and all, is FIL004", doubled_slice(small_series(), same_uid=True))
