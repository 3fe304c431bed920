"""Nothing that is installed decodes the pixels.

What it finds
-------------
Compressed images in a transfer syntax that is not decoded here: video (MPEG-2, H.264, H.265), private syntaxes of
vendors, syntaxes that the standard has withdrawn, and files whose pixels are on a server (JPIP). Told from the header,
without decoding.

Why it matters
--------------
These volumes are missing from the data set, and rarely by chance: one scanner, one archive or one year is left out as
a whole, and the model has not seen its patients.

What to do
----------
Convert the files to Explicit VR Little Endian, or to JPEG 2000 lossless, with the archive that they come from or with
the vendor's own tool, and index them again. ``scan2train doctor`` lists what is decoded.

References
----------
DICOM PS3.5 section 10 and annex A; PS3.6 table A-1 (transfer syntaxes).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.transfer_syntaxes import DECODED, syntax_name
from scan2train.rule import Example, Hit, bad, error, good, near
from scan2train.rule.skipped_files import skipped_files

SUSPECT = pl.col("member_pixel_kind").list.contains("encapsulated")


def check(row: Mapping[str, Any] | None = None, skipped: pl.DataFrame | None = None) -> Iterator[Hit]:
    """Compare the transfer syntax of compressed files with what is decoded."""
    if skipped is not None:
        yield from skipped_files("FIL003", skipped)
    if row is None or row["format"] != "dicom":
        return
    pairs = set(zip(row["member_transfer_syntax"], row["member_pixel_kind"], strict=True))
    foreign = sorted({uid or "" for uid, kind in pairs if kind == "encapsulated" and uid not in DECODED})
    if foreign:
        yield error(
            "nothing that is installed decodes the transfer syntax",
            seen=", ".join(map(syntax_name, foreign)),
            expected="no compression, RLE, JPEG, JPEG-LS, JPEG 2000, HTJ2K or JPEG XL",
            affects=sum(uid in foreign for uid in row["member_transfer_syntax"]),
        )


def examples() -> Iterator[Example]:
    """Syntaxes that are decoded, and others."""
    from scan2train.finding import Severity
    from scan2train.testing.damaged import with_syntax, without_pixels
    from scan2train.testing.small import small_nifti, small_series

    root = "1.2.840.10008.1.2"
    yield good("no compression", small_series())
    yield good("RLE, sagittal", small_series("PIR", transfer_syntax="rle"))
    yield good("RLE, MR", small_series(modality="MR", transfer_syntax="rle"))
    yield good("a NIfTI", small_nifti())
    rle = small_series(transfer_syntax="rle")
    yield bad("MPEG-4 video", with_syntax(rle, f"{root}.4.102"), Severity.ERROR)
    yield bad("progressive JPEG, which is withdrawn", with_syntax(rle, f"{root}.4.55"), Severity.ERROR)
    yield bad("a private syntax of a vendor", with_syntax(rle, "1.2.840.113619.5.2.1"), Severity.ERROR)
    yield bad("JPEG 2000 of several components", with_syntax(rle, f"{root}.4.92"), Severity.ERROR)
    yield bad("a live video", without_pixels(small_series(), f"{root}.7.1"), Severity.ERROR)
    yield bad("pixels on a server", without_pixels(small_series(), f"{root}.4.94"), Severity.ERROR)
    yield near("an unknown syntax without compression", with_syntax(small_series(), "1.2.840.113619.5.2"))
    yield near("deflated, which is inflated", small_series(transfer_syntax="deflated"))
    yield near("big-endian, which is withdrawn", small_series(transfer_syntax="big-endian"))
