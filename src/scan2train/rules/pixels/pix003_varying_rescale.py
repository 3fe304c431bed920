"""Slope or intercept differs from slice to slice.

What it finds
-------------
Volumes whose slices have different Rescale Slopes or Intercepts. PET scanners do so on purpose: each slice uses all of
its bits. On CT and MR it is rare, and often a trace of post-processing or of two mixed series.

Why it matters
--------------
A reader that takes the rescale of the first slice for all scales the others wrongly, and the error differs along the
body: lesions of one activity look different on neighbouring slices. On MR the factors of some vendors bring slices only
to a common display range, so that the numbers are not comparable to those of another scan.

What to do
----------
Each slice was read with its own rescale. On CT and MR look whether the slices come from one reconstruction; for PET
nothing is to be done.

References
----------
DICOM PS3.3 C.11.1 (Modality LUT), C.8.9.4.1.2 (PET: the slope may differ from image to image, the intercept is 0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scan2train.rule import Example, Hit, bad, good, info, near, warning
from scan2train.rule.rescales import rescales, told


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Compare the pairs of all slices; where only some have one, that is another rule's fault."""
    pairs = rescales(row)
    if len(pairs) > 1:
        severity = warning if row["modality"] in ("CT", "MR") else info
        yield severity(
            "the rescale differs from slice to slice; each slice was read with its own",
            seen=told(pairs),
            expected="one slope and one intercept",
        )


def examples() -> Iterator[Example]:
    """One rescale, and several, in several modalities."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series

    def varying(name: str, first: float, step: float) -> Any:
        return lambda k: {name: f"{first + step * k:g}"}

    yield good("CT with one rescale", small_series())
    yield good(
        "PET with one slope",
        small_series(modality="PT", tags={"RescaleSlope": "0.73", "RescaleIntercept": "0"}),
    )
    yield bad(
        "PET with a slope a slice",
        small_series(modality="PT", tags=varying("RescaleSlope", 0.5, 0.37)),
        Severity.INFO,
    )
    yield bad(
        "PET with whole and fractional slopes",
        small_series("PIR", modality="PT", tags=varying("RescaleSlope", 1, 0.5)),
        Severity.INFO,
    )
    yield bad(
        "CT with two intercepts",
        small_series(
            manufacturer="TOSHIBA", tags=lambda k: {"RescaleIntercept": "-1024" if k < 4 else "-1000"}
        ),
        Severity.WARNING,
    )
    yield bad(
        "MR with a slope a slice, oblique",
        small_series(
            "RPI",
            modality="MR",
            turned_deg=10,
            tags=lambda k: {"RescaleSlope": f"{1.1 + k / 10:g}", "RescaleIntercept": "0"},
        ),
        Severity.WARNING,
    )
    yield near(
        "one number written in two ways",
        small_series(tags=lambda k: {"RescaleSlope": "1" if k % 2 else "1.000"}),
    )
    yield near(
        "missing on some slices is another fault",
        small_series(tags=lambda k: {"RescaleSlope": None} if k == 2 else {}),
    )
    yield near("a single slice has nothing to differ from", small_series(shape=(9, 8, 1), modality="PT"))
