"""No window says how the image is to be shown.

What it finds
-------------
CT, MR, PET and films without Window Center and Window Width, on all or on some slices, and without a VOI LUT. Enhanced
objects keep their windows with their frames, where they are looked for.

Why it matters
--------------
The values are sound; but a recipe that takes the window from the header has none, and every viewer makes up another.
Pictures made from such a data set, for review or for a network of natural images, differ in contrast from tool to tool.

What to do
----------
Name the window in the recipe, the same for all cases. On CT use one for the task, such as 40/400 HU for soft tissue; on
MR and films use percentiles.

References
----------
DICOM PS3.3 C.11.2 (VOI LUT module): for display alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.sop_classes import FILMS, SLICED
from scan2train.rule import Example, Hit, bad, good, info, near

_SHOWN = pl.col("window_center").is_not_null() & pl.col("window_width").is_not_null()
_OTHERWISE = pl.col("voi_lut").fill_null(value=False)

FACTS = {"without": (~(_SHOWN | _OTHERWISE)).sum()}

SUSPECT = pl.col("without") > 0


def check(row: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Hit]:
    """Count the slices that have none."""
    grey = (row["samples"] or 1) == 1 and row["photometric"] != "PALETTE COLOR"
    judged = row["modality"] in (*SLICED, *FILMS) and row["role"] not in ("labels", "capture")
    if facts["without"] and grey and judged:
        yield info(
            "no Window Center and Window Width", seen=f"on {facts['without']} of {row['n_slices']} slices"
        )


def examples() -> Iterator[Example]:
    """With a window, without, and where none is called for."""
    from scan2train.finding import Severity
    from scan2train.testing.dicom_enhanced import frame_window
    from scan2train.testing.small import modality_lut, small_nifti, small_series
    from scan2train.testing.small_objects import small_enhanced, small_film

    gone = {"WindowCenter": None, "WindowWidth": None}
    yield good("CT with a window", small_series())
    yield good("a film with a window", small_film("CR"))
    yield good("a NIfTI, which has none", small_nifti())
    shared = small_enhanced(tags=gone, shared_tags=frame_window(40, 400))
    yield good("enhanced CT whose frames share a window", shared)
    yield good(
        "enhanced MR whose frames have windows of their own",
        small_enhanced(modality="MR", tags=gone, frame_tags=lambda k: frame_window(350 + k, 700)),
    )
    yield bad("enhanced CT without", small_enhanced(tags=gone), Severity.INFO)
    yield bad(
        "enhanced CT, one frame without",
        small_enhanced(tags=gone, frame_tags=lambda k: {} if k == 2 else frame_window(40, 400)),
        Severity.INFO,
    )
    yield bad("CT without, sagittal", small_series("PIR", manufacturer="TOSHIBA", tags=gone), Severity.INFO)
    yield bad(
        "MR without on one slice",
        small_series(modality="MR", tags=lambda k: gone if k == 2 else {}),
        Severity.INFO,
    )
    yield bad(
        "PET with a center alone",
        small_series("RPI", modality="PT", turned_deg=25, tags={"WindowWidth": None}),
        Severity.INFO,
    )
    yield bad(
        "a mammogram without", small_film("MG", manufacturer="GE MEDICAL SYSTEMS", tags=gone), Severity.INFO
    )
    yield near(
        "a colour film needs none",
        small_film("CR", tags={**gone, "PhotometricInterpretation": "PALETTE COLOR"}),
    )
    yield near("a VOI LUT in its place", small_film(tags={**gone, **modality_lut("VOILUTSequence")}))
    yield near(
        "a screenshot needs none",
        small_series(shape=(9, 8, 1), tags={**gone, "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}),
    )
