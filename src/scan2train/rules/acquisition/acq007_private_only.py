"""What matters stands only in private attributes of the vendor.

What it finds
-------------
Mosaics: pictures into which a Siemens MR scanner has tiled all slices of a time point. How many tiles there are and
where each of them lies stands only in private elements. Where these are there, the tiles are read as the slices that
they are, and it is information; where one is missing, it is an error. And diffusion-weighted MR whose b-value, the
strength of the weighting, stands only in an element of Siemens, GE or Philips: it was read from there, and it is
information.

Why it matters
--------------
To whoever reads the standard's attributes alone, a mosaic is one large slice. Its place is that of the whole sheet, so
that brains lie beside one another in a plane that nobody scanned. Without its b-value, a diffusion-weighted scan is
one of several that look alike and mean something else.

What to do
----------
Nothing, where the private elements were read: but keep them when files are copied or anonymised. Where tiles could not
be told apart, fetch the original files: anonymisers drop private elements, and with them what nobody can find out
again. read and prepare refuse such files.

References
----------
DICOM PS3.5 7.8 (private data elements); PS3.3 C.8.3.1.1.1 knows no such value of Image Type, C.8.13.5.9 (MR Diffusion,
Diffusion b-value).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.rule import Example, Hit, bad, error, good, info, near

FACTS = {
    "b_value": pl.col("b_value").max(),
    # Scanners of GE add a billion to some.
    "private": pl.max_horizontal("b_value_siemens", pl.col("b_value_ge") % 1e9, "b_value_philips").max(),
}
SUSPECT = pl.col("modality") == "MR"


def check(row: Mapping[str, Any], facts: Mapping[str, Any] | None = None) -> Iterator[Hit]:
    """Name the volumes that stacking took for mosaics, or made of them, and private b-values."""
    if row["tiles_across"]:
        yield info(
            "many slices are tiled into one picture (mosaic); the vendor's private header told them apart",
            seen=f"{row['n_slices']} tiles, {row['tiles_across']} side by side",
            scope="series",
        )
    if row["irregular"] == "mosaic":
        yield error(
            "many slices are tiled into one picture (mosaic), whose places only private elements tell",
            seen=row["image_type"] or "",
            expected="a file, or a frame with a place of its own, for each slice",
            scope="series",
        )
    if facts and row["modality"] == "MR" and facts["b_value"] is None and (facts["private"] or 0) > 0:
        yield info(
            "the b-value of the diffusion weighting stands only in a private element; it was read from there",
            seen=f"{facts['private']:g} s/mm2",
            expected="Diffusion b-value (0018,9087)",
            scope="series",
        )


def examples() -> Iterator[Example]:
    """Mosaics, and what only bears the name."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series
    from scan2train.testing.small_objects import small_mosaic

    def mr(orientation: str = "LPS", *words: str, **more: Any) -> Any:
        kind = {"ImageType": ["ORIGINAL", "PRIMARY", "M", "ND", *words]}
        return small_series(orientation, modality="MR", manufacturer="SIEMENS", tags=kind, **more)

    yield good("a slice in each file", mr())
    yield good("CT", small_series("PIR"))
    yield bad("a mosaic", small_mosaic(), Severity.INFO)
    yield bad("a time series of them, oblique", small_mosaic("PIR", turned_deg=20, points=3), Severity.INFO)
    yield bad("a mosaic without its private header", mr("LPS", "MOSAIC", shape=(13, 11, 1)), Severity.ERROR)
    yield bad("one whose normal was dropped", small_mosaic(csa={"SliceNormalVector": None}), Severity.ERROR)
    siemens = {(0x0019, 0x0010): ("LO", "SIEMENS MR HEADER"), (0x0019, 0x100C): ("IS", "800")}
    yield bad(
        "a b-value of Siemens, sagittal", small_series("PIR", modality="MR", tags=siemens), Severity.INFO
    )
    yield near(
        "one that the standard's attribute says too",
        small_series(modality="MR", tags={**siemens, "DiffusionBValue": 800.0}),
    )
    yield near(
        "one of 0",
        small_series(modality="MR", tags={**siemens, (0x0019, 0x100C): ("IS", "0")}),
    )
    yield near("only its description speaks of one", mr("RPI", series_description="ep2d no MOSAIC"))
