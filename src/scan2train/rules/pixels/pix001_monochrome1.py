"""Low values are meant to be shown bright (MONOCHROME1).

What it finds
-------------
Images whose Photometric Interpretation is MONOCHROME1: the lowest value is shown white. On films that is one of two
usual ways to store a picture; on CT, MR and PET it is not, and something has changed the files.

Why it matters
--------------
It is a rule for displays and does not change what a value means. A reader that obeys it turns some films of a data set
upside down and leaves others; one that ignores it gives a network ribs that are white here and black there. Both are
silent, and many tools differ: some turn the values before the rescale, which then means nothing any more.

What to do
----------
The values were left as they are. Where dense things must be bright throughout, put the step `do = "bright_is_dense"`
into the recipe: it turns the radiographs that need it, and no others.

On CT, MR and PET never turn the values: they are measured. Find out which export wrote the word, and whether it turned
the values as well.

References
----------
DICOM PS3.3 C.7.6.3.1.2 (Photometric Interpretation): a display rule that applies after all grey value transformations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.sop_classes import SLICED
from scan2train.rule import Example, Hit, bad, good, info, near, warning

_MEASURED = (
    "Do not turn the values, they are measured. Find out what wrote the word, and whether it turned them."
)

SUSPECT = pl.col("photometric") == "MONOCHROME1"


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Look at the word, and at what kind of image bears it."""
    if row["photometric"] != "MONOCHROME1":
        return
    if row["modality"] in SLICED and row["role"] != "capture":
        yield warning(
            "measured values bear a display rule of films, low is bright; the values were left as they are",
            seen=f"MONOCHROME1 on {row['modality']}",
            expected="MONOCHROME2",
            advice=_MEASURED,
        )
    else:
        yield info(
            "low values are meant to be shown bright; the values were left as they are", seen="MONOCHROME1"
        )


def examples() -> Iterator[Example]:
    """The word on films and on slices."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series
    from scan2train.testing.small_objects import small_film

    turned = {"PhotometricInterpretation": "MONOCHROME1"}
    yield good("CT, low is dark", small_series())
    yield good("a chest film, low is dark", small_film())
    yield good("PET, whose pictures are often shown inverted", small_series("PIR", modality="PT"))
    yield bad(
        "a chest film, low is bright", small_film(manufacturer="Carestream", tags=turned), Severity.INFO
    )
    yield bad(
        "a mammogram, low is bright",
        small_film("MG", manufacturer="HOLOGIC, Inc.", tags=turned),
        Severity.INFO,
    )
    yield bad(
        "CT, low is bright",
        small_series("PIR", manufacturer="GE MEDICAL SYSTEMS", tags=turned),
        Severity.WARNING,
    )
    yield bad(
        "MR, low is bright, oblique",
        small_series("RPI", modality="MR", turned_deg=20, tags=turned),
        Severity.WARNING,
    )
    yield near(
        "an inverse Presentation LUT Shape beside MONOCHROME2",
        small_film(tags={"PresentationLUTShape": "INVERSE"}),
    )
    yield near(
        "a screenshot of a CT, low is bright",
        small_series(shape=(9, 8, 1), tags={**turned, "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}),
        Severity.INFO,
    )
