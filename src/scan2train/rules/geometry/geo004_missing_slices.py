"""Slices are missing: a gap is a multiple of the usual one.

What it finds
-------------
Gaps between slices, measured along their normal, that are within a tenth of a whole multiple (two or more) of the usual
gap: at two times the gap one slice is missing, at three times two. Slices that are missing at either end leave no gap;
SER007 counts them where the header says how many there should be.

Why it matters
--------------
Tools that stack what is there close the gap silently: everything behind it moves, the organ shrinks, and a mask drawn
on the whole scan no longer fits. The missing slice may be the one with the lesion.

What to do
----------
Fetch the missing slices from the archive; the places where they belong are named. If they are gone for good, use the
parts between them (--irregular split, or keep-largest-regular), or --irregular regrid, which marks what it invents.

The usual cause is a transfer that was cut off, or a copy that skipped files with equal names.

References
----------
DICOM PS3.3 C.7.6.2.1.1 (Image Position and Image Orientation).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.measures.gaps import gaps_between
from scan2train.rule import Example, Hit, bad, error, good, info, near
from scan2train.rule.slices import IMAGES

SUSPECT = pl.col("irregular") == "missing-slices"


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Count what is missing in the gaps of a stack that was found to have such gaps."""
    if row["irregular"] != "missing-slices":
        return
    gaps = gaps_between(row["member_position_mm"])
    if gaps is None:
        return
    missing = int(gaps.missing.sum())
    uneven = int((gaps.beyond & (gaps.missing == 0)).sum())
    # Masks leave out slices without a label, and localizers any.
    severity = error if row["role"] in IMAGES else info
    yield severity(
        "slices are missing: a gap is a multiple of the usual one",
        seen=gaps.told(gaps.missing > 0) + (f"; and {uneven} other uneven gaps" if uneven else ""),
        expected=f"{len(gaps.places) + missing} slices at even distances",
        affects=missing,
    )


def examples() -> Iterator[Example]:
    """Stacks with and without holes."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series, together
    from scan2train.testing.small_places import ONE_SERIES

    def widened(gaps: float, orientation: str = "LPS", **more: Any) -> Any:
        """The gap after slice 3 is that many usual ones."""
        return small_series(orientation, place=lambda k: k + (gaps - 1) * (k > 3), **more)

    yield good("all slices are there", small_series())
    yield good("all slices of a tilted oblique", small_series("PIR", turned_deg=12, tilt=0.7))
    yield good("every second slice is as even as every one", small_series(drop=(1, 3, 5, 7)))
    yield good("slices that are missing at an end leave no gap", small_series(drop=(0, 7)))
    yield bad("one slice is missing", small_series(drop=(3,)), Severity.ERROR)
    yield bad(
        "three are missing in two places, MR",
        small_series("PIR", modality="MR", shape=(9, 7, 12), drop=(2, 3, 8)),
        Severity.ERROR,
    )
    yield bad(
        "one is missing in an oblique of another maker",
        small_series("RPI", turned_deg=31, manufacturer="GE MEDICAL SYSTEMS", drop=(5,)),
        Severity.ERROR,
    )
    yield bad(
        "one is missing, and another gap is uneven",
        small_series(place=lambda k: k + 0.3 * (k > 5), drop=(2,)),
        Severity.ERROR,
    )
    yield near("a gap of 2.15 times the usual one", widened(2.15), Severity.ERROR)
    yield near("a gap of 2.25 times the usual one is GEO003's", widened(2.25))
    yield near("a gap of 1.75 times is GEO003's too", widened(1.75, "RPI"))
    yield near(
        "two echoes share their places",
        together(
            *(
                small_series(
                    modality="MR", seed=n, below=f"{n}", tags={**ONE_SERIES, "EchoTime": f"{3 * n + 2}"}
                )
                for n in range(2)
            )
        ),
    )
