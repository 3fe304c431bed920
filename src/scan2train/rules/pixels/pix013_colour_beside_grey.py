"""Some grey values are meant to be shown in colour.

What it finds
-------------
Grey images (MONOCHROME2) whose Pixel Presentation says that they have colours, too: a supplemental palette shows the
values above its first entry as a coloured map, of perfusion or flow for example, upon the grey picture.

Why it matters
--------------
The values above that entry are no higher intensities of the same thing: they number colours. A network that reads them
as grey sees the brightest tissue where a map was laid on, and a percentile or a z-score follows them.

What to do
----------
The grey values are read as they are stored, and the palette is not applied. Look at one of these images, and leave the
series out, or use the one that the map was made from.

References
----------
DICOM PS3.3 C.8.16.2.1.1.1 and C.8.13.3.1 (Pixel Presentation), C.7.6.19 (Supplemental Palette Color Lookup Table).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.rule import Example, Hit, bad, good, info, near

#: Pixel Presentation of images that have colours, as a whole or in some frames.
_COLOURED = ("COLOR", "MIXED")

SUSPECT = (pl.col("photometric") == "MONOCHROME2") & pl.col("pixel_presentation").is_in(_COLOURED)


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Look for grey pixels that are declared to be shown in colour."""
    if row["photometric"] == "MONOCHROME2" and row["pixel_presentation"] in _COLOURED:
        yield info(
            "some grey values are meant to be shown in colour; they were read as grey values, without the palette",
            seen=f"MONOCHROME2, Pixel Presentation {row['pixel_presentation']}",
            expected="Pixel Presentation MONOCHROME",
        )


def examples() -> Iterator[Example]:
    """Enhanced objects with colours upon the grey picture, and without."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_nifti, small_series
    from scan2train.testing.small_objects import small_enhanced

    yield good("a plain CT", small_series())
    yield good("an enhanced MR in grey", small_enhanced(modality="MR"))
    yield good("a NIfTI", small_nifti())
    yield bad(
        "an enhanced MR with a coloured map",
        small_enhanced(modality="MR", tags={"PixelPresentation": "COLOR"}),
        Severity.INFO,
    )
    yield bad(
        "an enhanced CT, oblique, of which some frames are coloured",
        small_enhanced("RPI", turned_deg=20.0, tags={"PixelPresentation": "MIXED"}),
        Severity.INFO,
    )
    yield bad(
        "a PET, sagittal",
        small_enhanced("PIR", modality="PT", tags={"PixelPresentation": "COLOR"}),
        Severity.INFO,
    )
    yield near(
        "an enhanced MR that says that it is grey",
        small_enhanced(modality="MR", tags={"PixelPresentation": "MONOCHROME"}),
    )
