"""Some slices of a CT or MR have whole values, others have fractions.

What it finds
-------------
CT and MR volumes of which some slices have a whole Rescale Slope and Intercept and others a fractional one.

Why it matters
--------------
Readers choose the type of the array by the first slice. Where that has whole numbers and a later one has not, the
fractions are cut off or, worse, the values overflow: such volumes come out of common tools with noise or black slices.
And a scanner does not do that: the slices come from two reconstructions, or some were computed.

What to do
----------
The volume was read as floating point, each slice with its own rescale. Look whether these slices belong together before
you train on them.

References
----------
DICOM PS3.3 C.11.1 (Modality LUT); C.8.2.1.1.2 (CT).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scan2train.rule import Example, Hit, bad, good, near, warning
from scan2train.rule.rescales import rescales, told


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Compare the slices' rescales; for PET a slope a slice, whole or not, is nothing unusual."""
    if row["modality"] not in ("CT", "MR"):
        return
    pairs = rescales(row)
    whole = [pair for pair in pairs if all(float(number).is_integer() for number in pair)]
    if whole and len(whole) < len(pairs):
        broken = next(pair for pair in pairs if pair not in whole)
        yield warning(
            "rescale is whole on some slices and fractional on others",
            seen=told([whole[0], broken]),
            expected="one slope and one intercept",
        )


def examples() -> Iterator[Example]:
    """Whole, fractional, and both."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series

    def last(k: int, value: str, name: str = "RescaleSlope") -> dict[str, str]:
        return {name: value} if k == 7 else {}

    yield good("CT, whole throughout", small_series())
    yield good("CT, fractional throughout", small_series("PIR", tags={"RescaleSlope": "0.9375"}))
    yield bad(
        "one fractional slope",
        small_series(manufacturer="SIEMENS", tags=lambda k: last(k, "0.5")),
        Severity.WARNING,
    )
    yield bad(
        "one fractional intercept, sagittal",
        small_series("PIR", tags=lambda k: last(k, "-1024.5", "RescaleIntercept")),
        Severity.WARNING,
    )
    yield bad(
        "MR with one fractional slope, oblique",
        small_series(
            "RPI",
            modality="MR",
            turned_deg=25,
            tags=lambda k: {"RescaleIntercept": "0", "RescaleSlope": "1", **last(k, "1.25")},
        ),
        Severity.WARNING,
    )
    yield near("two whole slopes", small_series(tags=lambda k: last(k, "2")))
    yield near(
        "two fractional slopes", small_series(tags=lambda k: {"RescaleSlope": "0.25", **last(k, "0.5")})
    )
    yield near(
        "PET with whole and fractional slopes",
        small_series(modality="PT", tags=lambda k: {"RescaleSlope": "1", **last(k, "0.5")}),
    )
