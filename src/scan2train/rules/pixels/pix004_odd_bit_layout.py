"""Pixels lie in their cells in an unusual way.

What it finds
-------------
Stored values that do not lie in the lowest bits of cells of 8 or 16 bits: a High Bit that is not Bits Stored − 1, cells
of 1 or 32 bits, signed values in cells of 8 bits or on films. Numbers that contradict one another. Values that need
more bits than Bits Stored. And series whose images differ in these numbers.

Why it matters
--------------
The bits above the stored ones may hold overlays or noise. Many readers take the whole cell for the value: a graphic of
one bit becomes 4096 HU of metal, and a signed value of 12 bits in a cell of 16 becomes a large positive one.

What to do
----------
The stored bits alone were used, with their sign. Compare one image with another viewer before you pass these files to
other tools, and look where values beyond Bits Stored come from.

Where images of one series differ, something has joined or rewritten them: they were set apart, and are best trained on
as what they are, or fetched again.

References
----------
DICOM PS3.5 8.1.1 (pixel cells), PS3.3 C.7.6.3 (Image Pixel module).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.sop_classes import FILMS, RT_DOSE
from scan2train.rule import Decoded, Example, Hit, bad, error, good, info, near, warning
from scan2train.rule.passed_on import passed_on
from scan2train.rule.suspects import NOTICED

#: Bits Allocated that there are at all, and those of nearly all images.
_POSSIBLE, _USUAL = (1, 8, 16, 32), (8, 16)
_CELL = ("bits_allocated", "bits_stored", "high_bit", "pixel_representation")

SUSPECT = (
    NOTICED
    | (pl.col("split_by") != "")
    | (pl.col("bits_allocated") != 16)
    | (pl.col("high_bit") != pl.col("bits_stored") - 1)
    | (pl.col("bits_stored") > 16)
    | (pl.col("bits_stored") < 1)
    | ((pl.col("pixel_representation") == 1) & pl.col("modality").is_in(FILMS))
)


def check(row: Mapping[str, Any], decoded: Decoded | None = None) -> Iterator[Hit]:
    """Compare the numbers with one another and with the usual ones, and what decoding showed with them."""
    if row["format"] != "dicom":
        yield from passed_on("PIX004", row)
        return
    yield from () if row["pixel_kind"] in ("float", "double") else _layout(row)
    mixed = [name.replace("_", " ") for name in (row["split_by"] or "").split("+") if name in _CELL]
    if mixed and row["role"] in (row["siblings"] or ()):
        yield warning(
            f"images of one series differ in {', '.join(mixed)}; they were set apart",
            seen=f"{'signed' if row['pixel_representation'] == 1 else 'unsigned'}, {_told(row)}, and others",
            expected="one layout in a series",
            scope="series",
        )
    if decoded is not None and decoded.spare_bits:
        yield warning(
            "bits beside the stored ones are in use; they were left out", seen=_told(row), expected="zeros"
        )
    if decoded is not None and decoded.odd:
        yield warning(
            "what was decoded does not fit what the header says of the pixels",
            seen=decoded.odd,
            expected="pixels as the header describes them",
        )


def _layout(row: Mapping[str, Any]) -> Iterator[Hit]:
    allocated = row["bits_allocated"]
    if allocated not in _POSSIBLE:
        yield error(
            "Bits Allocated is not one that pixels can have",
            seen=str(allocated or "none"),
            expected="1, 8, 16 or 32",
        )
        return
    stored = row["bits_stored"] or allocated
    high = stored - 1 if row["high_bit"] is None else row["high_bit"]
    if not 1 <= stored <= allocated or not stored - 1 <= high < allocated:
        yield error(
            "Bits Stored and High Bit do not fit into Bits Allocated",
            seen=_told(row),
            expected=f"at most {allocated} bits stored, the highest of them below bit {allocated}",
        )
        return
    if high != stored - 1:
        yield warning(
            "the stored bits are not the lowest of their cells; they were shifted down",
            seen=_told(row),
            expected=f"high bit {stored - 1}",
        )
    if row["pixel_representation"] == 1 and (allocated == 8 or row["modality"] in FILMS):
        yield info(
            "signed values where they are unusual: in cells of 8 bits, or on a film",
            seen=f"signed, {_told(row)}",
            expected="unsigned values",
        )
    if allocated not in _USUAL and row["role"] != "labels" and row["sop_class_uid"] != RT_DOSE:
        yield info("cells of an unusual size", seen=_told(row), expected="8 or 16 bits")


def _told(row: Mapping[str, Any]) -> str:
    stored, allocated, high = (
        "?" if row[name] is None else row[name] for name in ("bits_stored", "bits_allocated", "high_bit")
    )
    return f"{stored} of {allocated} bits stored, high bit {high}"


def examples() -> Iterator[Example]:
    """Usual cells, and some that are not."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series, together
    from scan2train.testing.small_objects import small_film

    yield good("12 of 16 bits", small_series())
    yield good(
        "16 of 16 bits, signed",
        small_series("PIR", signed=True, bits_stored=16, manufacturer="GE MEDICAL SYSTEMS"),
    )
    yield good("a mammogram of 14 of 16 bits", small_film("MG", bits_stored=14))
    yield good("10 of 16 bits on a film", small_film("CR", bits_stored=10, manufacturer="FUJIFILM"))
    yield bad(
        "high bit 15 for 12 stored bits", small_series(high_bit=15, manufacturer="Philips"), Severity.WARNING
    )
    yield bad(
        "noise above the stored bits",
        small_series("RPI", turned_deg=20, spare_bits_junk=True),
        Severity.WARNING,
    )
    yield bad("high bit 7 for 12 stored bits", small_series("PIR", tags={"HighBit": 7}), Severity.ERROR)
    yield bad("a signed film", small_film(signed=True, manufacturer="Canon Inc."), Severity.INFO)
    yield bad(
        "cells of 32 bits", small_series(modality="PT", bits_allocated=32, bits_stored=32), Severity.INFO
    )
    yield bad(
        "signed and unsigned slices in one series",
        small_series(tags=lambda k: {"PixelRepresentation": int(k < 4)}),
        Severity.WARNING,
    )
    yield near(
        "13 of 16 bits, signed: its sign fills the rest of the cell",
        small_series(signed=True, bits_stored=13),
    )
    yield near(
        "two series of different cells",
        together(small_series(), small_series(below="other", bits_stored=16, series_number=2)),
    )
