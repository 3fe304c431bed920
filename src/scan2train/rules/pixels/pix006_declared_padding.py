"""A value that stands for "no data" is declared.

What it finds
-------------
Images with a Pixel Padding Value, or a range of such values: what the scanner stored where it measured nothing, such as
outside of its round field of view.

Why it matters
--------------
Padding is a code and no measurement. It is a stored value, so that the rescale turns it into something like −3024 HU;
taken for an intensity it shifts means and percentiles, and interpolation smears it into the body's edge.

What to do
----------
Nothing has to be mended: voxels that hold it are masked in `Volume.valid`, before the rescale, and left out of
statistics and interpolation. Say in the recipe what shall stand there in the end.

References
----------
DICOM PS3.3 C.7.5.1.1.2 (Pixel Padding Value and Pixel Padding Range Limit): compared with stored values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import polars as pl

from scan2train.rule import Decoded, Example, Hit, bad, good, info, near

SUSPECT = pl.col("padding_value").is_not_null()


def check(row: Mapping[str, Any], decoded: Decoded | None = None) -> Iterator[Hit]:
    """Say what is declared, and how many voxels hold it where that was counted."""
    grey = (row["samples"] or 1) == 1
    value, limit = row["padding_value"], row["padding_limit"]
    count = decoded.padded if decoded is not None else 0
    if not count and (value is None or not grey):
        return
    told = [] if value is None else [f"{value:d}" if limit in (None, value) else f"{value:d} to {limit:d}"]
    if decoded is not None:
        told.append(f"{count} voxels")
    yield info("padding is declared; voxels that hold it are masked", seen=", ".join(told))


def examples() -> Iterator[Example]:
    """With and without the attribute."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series
    from scan2train.testing.small_objects import small_film

    signed = partial(small_series, signed=True, bits_stored=16)
    yield good("CT without padding", small_series())
    yield good("a film without padding", small_film())
    yield bad("padding −2000 of signed CT", signed(padding_value=-2000), Severity.INFO)
    yield bad("padding 0 of MR, sagittal", small_series("PIR", modality="MR", padding_value=0), Severity.INFO)
    yield bad(
        "a range on a mammogram",
        small_film("MG", padding_value=0, tags={(0x0028, 0x0121): ("US", 12)}, manufacturer="SIEMENS"),
        Severity.INFO,
    )
    yield bad(
        "a signed value written as an unsigned one",
        signed("RPI", tags={(0x0028, 0x0120): ("US", 63536)}),
        Severity.INFO,
    )
    yield near("a range limit alone declares nothing", small_series(tags={(0x0028, 0x0121): ("US", 12)}))
    yield near("declared, held by no voxel", small_series(turned_deg=30, padding_value=4095), Severity.INFO)
