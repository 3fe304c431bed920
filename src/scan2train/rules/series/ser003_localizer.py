"""A localizer is among the scans.

What it finds
-------------
Scouts, topograms and surveys: the few pictures by which the technician planned the scan. Image Type says so, or a few
slices lie in another direction than the stack of their series, or the series' own words do.

Why it matters
--------------
A scout is a shadow picture of 0.5 m, or three slices in three directions. Taken for slices of the volume it bends the
geometry, or adds a frame at one end; taken for a scan of its own it is a case of one slice.

What to do
----------
Nothing: it has the role "localizer" in the volumes table, and is left out unless you ask for it.

References
----------
DICOM PS3.3 C.7.6.1.1.2 and C.8.2.1.1.1 (Image Type, value 3: LOCALIZER).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scan2train.rule import Example, Hit, bad, good, info, near

_MESSAGE = "a localizer; it was set apart"


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Say it of the localizer and, for one who reads a volume by itself, of its series."""
    if row["role"] == "localizer":
        yield info(_MESSAGE, seen=row["image_type"] or "", scope="series")
    elif "localizer" in (row["siblings"] or ()):
        yield info(_MESSAGE, scope="series", affects=0)


def examples() -> Iterator[Example]:
    """Scouts of several kinds, and scans that are none."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series, together
    from scan2train.testing.small_several import several

    scout = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    yield good("an axial scan", small_series())
    yield good("an oblique MR", small_series(modality="MR", turned_deg=30, manufacturer="Philips"))
    yield bad(
        "a scout in a series of its own",
        together(
            small_series(),
            small_series("LIP", below="scout", series_number=2, shape=(13, 11, 1), tags={"ImageType": scout}),
        ),
        Severity.INFO,
    )
    yield bad(
        "a scout among the slices",
        several({}, {"ImageType": scout}, shapes=((13, 11, 8), (13, 11, 1)), orientations=("LPS", "LIP")),
        Severity.INFO,
    )
    yield bad(
        "two slices across the stack, without a word",
        several(
            {},
            {},
            shapes=((13, 11, 8), (13, 11, 2)),
            orientations=("LPS", "PIR"),
            manufacturer="GE MEDICAL SYSTEMS",
        ),
        Severity.INFO,
    )
    yield bad(
        "three planes of an MR survey",
        several(
            {},
            {},
            {},
            modality="MR",
            shapes=((13, 11, 3),) * 3,
            orientations=("LPS", "PIR", "LIP"),
            series_description="Survey",
        ),
        Severity.INFO,
    )
    yield near(
        "a whole volume that is called a survey", small_series(modality="MR", series_description="SURVEY 3D")
    )
    yield near(
        "three planes of one scan in three series",
        together(
            *(
                small_series(o, below=o, series_number=n, modality="MR")
                for n, o in enumerate(("LPS", "PIR", "LIP"), 1)
            )
        ),
    )
