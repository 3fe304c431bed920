"""Images that were computed from other images.

What it finds
-------------
Reformations, projections, subtractions and renderings: MPR, MIP, 3D pictures, averages, maps of perfusion and doses,
by the words of Image Type and of the series' description. An image that says no more than DERIVED may be a plain slice
that was cropped or anonymised, and is not meant.

Why it matters
--------------
They show again what another series of the study shows, interpolated or projected: counted as scans they double
patients and leak between splits, and a projection has no depth in which anything could be segmented.

What to do
----------
Nothing: it has the role "derived" in the volumes table, and is left out unless you ask for it. Train on the series
that it was made of.

References
----------
DICOM PS3.3 C.7.6.1.1.2 (Image Type), C.7.6.12 (Derivation).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scan2train.rule import Example, Hit, bad, good, info, near
from scan2train.rule.suspects import role

_MESSAGE = "computed from other images; it was set apart"

SUSPECT = role("derived")


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Say it of the derived images and, for one who reads a volume by itself, of its series."""
    if row["role"] == "derived":
        yield info(_MESSAGE, seen=row["image_type"] or row["modality"] or "", scope="series")
    elif "derived" in (row["siblings"] or ()):
        yield info(_MESSAGE, scope="series", affects=0)


def examples() -> Iterator[Example]:
    """What vendors call their reformations, and slices that are only declared derived."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series, together
    from scan2train.testing.small_several import several

    def kind(*words: str) -> dict[str, list[str]]:
        return {"ImageType": list(words)}

    yield good("an original", small_series())
    yield good("an original MR", small_series(modality="MR", manufacturer="SIEMENS"))
    yield bad(
        "an MPR beside the scan",
        together(
            small_series(),
            small_series("LIP", below="mpr", series_number=2, tags=kind("DERIVED", "SECONDARY", "MPR")),
        ),
        Severity.INFO,
    )
    yield bad(
        "a projection of a GE scanner",
        small_series(
            manufacturer="GE MEDICAL SYSTEMS", tags=kind("DERIVED", "SECONDARY", "PROJECTION IMAGE")
        ),
        Severity.INFO,
    )
    yield bad(
        "a subtraction, by its description, oblique",
        small_series(
            modality="MR",
            turned_deg=25,
            tags=kind("DERIVED", "PRIMARY"),
            series_description="dyn SUBTRACTION",
        ),
        Severity.INFO,
    )
    yield bad(
        "a map of blood flow",
        small_series("PIR", tags=kind("DERIVED", "PRIMARY", "PERFUSION", "RCBF")),
        Severity.INFO,
    )
    yield bad(
        "a MIP among the slices",
        several({}, kind("DERIVED", "SECONDARY", "MIP"), shapes=((13, 11, 8), (13, 11, 1))),
        Severity.INFO,
    )
    yield bad(
        "a subtraction, by its kind",
        small_series(modality="MR", manufacturer="SIEMENS", tags=kind("DERIVED", "PRIMARY", "M", "SUB")),
        Severity.INFO,
    )
    yield near(
        "a subject's name in the description",
        small_series(
            modality="MR", tags=kind("DERIVED", "PRIMARY", "M", "ND"), series_description="sub-04 T1w"
        ),
    )
    yield near(
        "declared derived by an anonymiser", small_series("PIR", tags=kind("DERIVED", "PRIMARY", "AXIAL"))
    )
    yield near("original slices of a perfusion", small_series(tags=kind("ORIGINAL", "PRIMARY", "PERFUSION")))
    yield near(
        "an original whose description speaks of MPR", small_series("RPI", series_description="THIN FOR MPR")
    )
