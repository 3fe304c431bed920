"""The pixels were compressed with loss.

What it finds
-------------
Images in a transfer syntax that loses information, such as baseline JPEG; images whose header says that they were
compressed with loss at some time before (Lossy Image Compression is 01), whatever they are stored as now; and JPEG
pictures.

Why it matters
--------------
Lossy compression removes fine texture and adds blocks and ringing that a network can see, and learns: where one class
came through another archive than the other, it tells them apart by that. On CT noise and HU of small structures are
changed; radiomics features are not comparable. Storing the pixels without loss again brings nothing back.

What to do
----------
Fetch the images from an archive that has them without loss. Where there is none, keep such cases out, or at least in
equal parts in all classes and in training and test.

JPEG 2000 and some other syntaxes may be with or without loss: there the header's word is all there is.

References
----------
DICOM PS3.3 C.7.6.1.1.5 (Lossy Image Compression): once 01, always 01. PS3.5 section 10, annex A.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.sop_classes import LOSSY_SYNTAXES, SLICED
from scan2train.rule import Example, Hit, bad, error, good, near, warning
from scan2train.rule.passed_on import passed_on
from scan2train.rule.suspects import NOTICED

SUSPECT = NOTICED | pl.col("lossy")


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Tell what loses now from what has lost before; measured values are worse off than films and captures."""
    if row["format"] != "dicom":
        yield from passed_on("PIX009", row)
        return
    if not row["lossy"]:
        return
    severity = error if row["modality"] in SLICED and row["role"] != "capture" else warning
    now = [syntax for syntax in dict.fromkeys(row["member_transfer_syntax"]) if syntax in LOSSY_SYNTAXES]
    if now:
        message, seen = "the pixels are compressed with loss", f"transfer syntax {', '.join(now)}"
    else:
        message, seen = "the pixels were compressed with loss before", "Lossy Image Compression 01"
    yield severity(message, seen=seen, expected="compression without loss, or none")


def examples() -> Iterator[Example]:
    """Lossless, lossy once, lossy now."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series
    from scan2train.testing.small_objects import small_film

    once, now = {"LossyImageCompression": "01"}, {"TransferSyntaxUID": "1.2.840.10008.1.2.4.51"}
    yield good("CT without compression", small_series(tags={"LossyImageCompression": "00"}))
    yield good("CT in RLE, which loses nothing", small_series("PIR", transfer_syntax="rle"))
    yield bad("CT that was lossy once", small_series(manufacturer="SIEMENS", tags=once), Severity.ERROR)
    yield bad(
        "one such slice of an MR, oblique",
        small_series("RPI", modality="MR", turned_deg=30, tags=lambda k: once if k == 3 else {}),
        Severity.ERROR,
    )
    yield bad("PET that was lossy once", small_series("PIR", modality="PT", tags=once), Severity.ERROR)
    yield bad("a film that was lossy once", small_film(tags=once), Severity.WARNING)
    yield bad("CT in extended JPEG", small_series(transfer_syntax="rle", tags=now), Severity.ERROR)
    yield near("a mammogram, said to be without loss", small_film("MG", tags={"LossyImageCompression": "00"}))
    yield near(
        "a screenshot of a CT",
        small_series(shape=(9, 8, 1), tags={**once, "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}),
        Severity.WARNING,
    )
    yield near(
        "a localizer of a CT, whose values are measured as well",
        small_series(shape=(9, 8, 1), tags={**once, "ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}),
        Severity.ERROR,
    )
    yield near("a ratio alone says nothing", small_series(tags={"LossyImageCompressionRatio": "1"}))
