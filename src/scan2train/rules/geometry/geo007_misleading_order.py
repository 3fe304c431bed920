"""Instance Number does not follow the places of the slices.

What it finds
-------------
Volumes in which Instance Number is absent or repeated, or in which slices sorted by number are not sorted by place.
Numbers that run from the feet or from the head, begin anywhere, or leave out some, are all fine; so is an Acquisition
Number that changes.

Why it matters
--------------
Many scripts sort by Instance Number. Here that shuffles the anatomy, or drops a slice where two share a number, and
nothing in the result says so.

What to do
----------
Nothing has to be mended here: slices were sorted by their positions. Do not sort these files by Instance Number or file
name in any other tool.

References
----------
DICOM PS3.3 C.7.6.1 (Instance Number identifies an image, and promises no order), C.7.6.2.1.1 (Image Position).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.rule import Example, Hit, bad, good, info, near, warning
from scan2train.rule.slices import IMAGES

_NUMBER = pl.col("instance_number")
#: Over the slices of a volume in order of place.
FACTS = {
    "absent": _NUMBER.is_null().sum(),
    "different": _NUMBER.drop_nulls().n_unique(),
    "up": (_NUMBER.diff() > 0).sum(),
    "down": (_NUMBER.diff() < 0).sum(),
    "last_frame": pl.col("frame").max(),
}

SUSPECT = (
    (pl.col("absent") > 0)
    | (pl.col("different") < pl.col("n_slices"))
    | ((pl.col("up") > 0) & (pl.col("down") > 0))
)


def check(row: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Hit]:
    """Compare the order of numbers with that of places."""
    n = row["n_slices"]
    # All frames of a multi-frame object share its one number.
    if n < 2 or not row["physical"] or row["role"] not in IMAGES or facts["last_frame"] > 0:
        return
    repeated = n - facts["absent"] - facts["different"]
    if facts["absent"]:
        yield warning(
            "slices have no Instance Number; they were sorted by their places",
            seen=f"{facts['absent']} of {n} slices without",
            expected="a number for each slice",
            affects=facts["absent"],
        )
    if repeated:
        yield warning(
            "slices of one volume share an Instance Number; they were sorted by their places",
            seen=f"{facts['different']} numbers for {n - facts['absent']} slices",
            expected="a number for each slice",
            affects=repeated,
        )
    back = min(facts["up"], facts["down"])
    if back and not facts["absent"] and not repeated:
        yield info(
            "Instance Number does not follow the places; slices were sorted by their places",
            seen=f"the numbers turn back at {back} of {n - 1} steps from slice to slice",
            expected="numbers that rise or fall throughout",
            affects=n,
        )


def examples() -> Iterator[Example]:
    """Numbers that follow the places, and numbers that do not."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series, together
    from scan2train.testing.small_objects import small_enhanced
    from scan2train.testing.small_places import ONE_SERIES

    def numbered(number: Any, **more: Any) -> Any:
        return small_series(tags=lambda k: {"InstanceNumber": number(k)}, **more)

    yield good("numbers by place", small_series())
    yield good("falling numbers, sagittal", small_series("PIR", numbers="reverse", modality="MR"))
    yield good("numbers that begin at 41 and leave out some", numbered(lambda k: str(41 + 3 * k)))
    yield good(
        "another Acquisition Number on each slice",
        small_series(tags=lambda k: {"AcquisitionNumber": str(9 - k)}),
    )
    yield bad("shuffled numbers", small_series(numbers="shuffled", manufacturer="SIEMENS"), Severity.INFO)
    yield bad("no numbers", numbered(lambda _: None, turned_deg=14), Severity.WARNING)
    yield bad("one number is missing", numbered(lambda k: None if k == 2 else str(k)), Severity.WARNING)
    yield bad("every number twice", numbered(lambda k: str(k // 2), modality="MR"), Severity.WARNING)
    yield near(
        "two neighbours changed places", numbered(lambda k: str((0, 1, 3, 2, 4, 5, 6, 7)[k])), Severity.INFO
    )
    yield near(
        "two echoes that share their numbers",
        together(
            *(
                small_series(modality="MR", seed=n, below=f"{n}", tags={**ONE_SERIES, "EchoTime": f"{2 + n}"})
                for n in range(2)
            )
        ),
    )
    yield near(
        "two phases whose numbers are interleaved",
        together(*(_phase(n, ONE_SERIES) for n in range(2))),
    )
    yield near("an enhanced object has one number for all of its frames", small_enhanced(modality="MR"))


def _phase(n: int, series: Mapping[str, Any]) -> Any:
    from scan2train.testing.small import small_series

    def tags(k: int) -> dict[str, Any]:
        return {**series, "TemporalPositionIdentifier": str(n + 1), "InstanceNumber": str(2 * k + n + 1)}

    return small_series(modality="MR", seed=n, below=f"{n}", tags=tags)
