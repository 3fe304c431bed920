"""A file is made to do harm, or looks as if it were.

What it finds
-------------
Files that inflate to far more than their header can need, sequences nested more than 64 deep, headers without end,
sizes that no machine holds, headers that name data outside their own folder, and files that are a picture to one
program and a program or a page to another.

Why it matters
--------------
A data set from strangers is input from strangers. A bomb takes the machine down in the middle of a run; a header that
points to ``/etc/passwd`` makes a reader copy it into the training data; an image that is also a program or a page is
run or rendered by whatever trusts its first bytes.

What to do
----------
Leave the file out and find out where it comes from. Nothing of it was run, inflated or followed.

A preamble that is not zeros is allowed for files that are TIFF as well; in a data set for training there is rarely a
reason for one, and ``scan2train clean`` or any rewriting tool drops it.

References
----------
DICOM PS3.10 section 7.1 and its note on the preamble; CVE-2019-11687 (programs in the preamble); PS3.15 annex on
secure handling of media.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from scan2train.rule import Example, Hit, bad, good, near, warning
from scan2train.rule.passed_on import passed_on
from scan2train.rule.skipped_files import skipped_files

if TYPE_CHECKING:
    import polars as pl

_PREAMBLES = ("executable-preamble", "nonzero-preamble")


def check(row: Mapping[str, Any] | None = None, skipped: pl.DataFrame | None = None) -> Iterator[Hit]:
    """Name the files that the index refused to follow, and images that are something else besides."""
    if skipped is not None:
        yield from skipped_files("FIL002", skipped)
    if row is not None:
        for word in row["oddities"] or ():
            if word in _PREAMBLES:
                yield warning(
                    "the preamble makes the file look like something else to other programs",
                    seen=word,
                    expected="128 zeros",
                )
        yield from passed_on("FIL002", row)


def examples() -> Iterator[Example]:
    """Programs and bombs, and what only looks large or deep."""
    from scan2train.finding import Severity
    from scan2train.testing.damaged import bytes_at, changed, deflated_bomb, nested
    from scan2train.testing.small import small_nifti, small_series, together

    yield good("zeros in front", small_series())
    yield good("a NIfTI", small_nifti())
    yield bad("a Windows program in the preamble", changed(small_series(), 0, b"MZ\x90\0"), Severity.WARNING)
    yield bad(
        "an ELF program, MR", changed(small_series("PIR", modality="MR"), 0, b"\x7fELF\x02"), Severity.WARNING
    )
    yield bad("a web page in the preamble", changed(small_series(), 0, b"<html><script>"), Severity.WARNING)
    yield bad("sequences 80 deep", nested(small_series(), 80), Severity.ERROR)
    yield bad("pixels that inflate a thousandfold", deflated_bomb(), Severity.ERROR)
    header = "NDims = 3\nDimSize = 2 3 4\nElementType = MET_UCHAR\nElementDataFile = {}\n"
    yield bad(
        "data outside the folder", bytes_at("a.mhd", header.format("../b.raw").encode()), Severity.ERROR
    )
    yield bad("data at the root", bytes_at("a.mhd", header.format("/etc/passwd").encode()), Severity.ERROR)
    yield near("a preamble for TIFF readers", changed(small_series(), 0, b"II*\0\x10\0\0\0"))
    yield near("sequences 60 deep", nested(small_series(), 60))
    yield near(
        "data in a folder below",
        together(
            bytes_at("a.mhd", header.format("below/b.raw").encode()), bytes_at("below/b.raw", bytes(24))
        ),
    )
