"""A file looks like an image and cannot be read.

What it finds
-------------
Files that begin like an image, or are named like one and hold nothing, but end too early, claim more bytes than they
have, or hold a compressed stream that is corrupt. And volumes whose pixel data cannot hold what the header promises.

Why it matters
--------------
A file that is left out leaves a hole in its series: readers that go on without it stack the remaining slices closer
together than they were. Readers that fill up what is missing hand on black stripes as if they had been measured.

What to do
----------
Fetch the file again from where it came from, and compare sizes or checksums: most of these are copies that were cut
off. If the source is broken too, leave out the whole series.

References
----------
DICOM PS3.5 sections 7.1 (data elements) and A.4 (encapsulated pixel data); RFC 1952 (gzip).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from scan2train.rule import Decoded, Example, Hit, at, bad, error, good, near, warning
from scan2train.rule.skipped_files import skipped_files

if TYPE_CHECKING:
    import polars as pl

#: Reasons of the walk itself, without a code: nobody knows what is behind them.
_CLOSED = ("unreadable", "name-not-text")


def check(
    row: Mapping[str, Any] | None = None,
    decoded: Decoded | None = None,
    skipped: pl.DataFrame | None = None,
) -> Iterator[Hit]:
    """Name the files that the index could not read, and volumes that cannot be whole."""
    if skipped is not None:
        yield from skipped_files("FIL001", skipped)
        closed = skipped.filter(skipped["code"].is_null() & skipped["reason"].is_in(_CLOSED))
        for one in closed.iter_rows(named=True):
            yield warning(
                "what is here could not be looked at", seen=one["message"], where=at(one), scope="file"
            )
    if row is not None and row["irregular"] == "impossible-size":
        yield error(
            "pixel data cannot hold what the header promises",
            seen=f"{row['size_j']} × {row['size_i']} × {row['member_frames'][0]} of {row['bits_allocated']} bits in "
            f"{row['member_length'][0]} bytes",
            expected="rows, columns, frames and bits that fit into the pixel data",
        )

    if decoded is not None and decoded.fault:
        yield warning(
            "a compressed stream departs from its standard; it was decoded all the same", seen=decoded.fault
        )


def examples() -> Iterator[Example]:
    """Whole files, and files that were cut off."""
    from scan2train.finding import Severity
    from scan2train.testing.damaged import bytes_at, changed, cut
    from scan2train.testing.small import small_nifti, small_series, together

    yield good("a whole series", small_series())
    yield good("a whole NIfTI, sagittal", small_nifti(orientation="PIR"))
    yield good(
        "notes and a listing beside the series", together(small_series(), bytes_at("notes.txt", b"hello"))
    )
    yield bad("a slice that was cut off in its pixels", cut(small_series("PIR"), 100), Severity.ERROR)
    yield bad("an MR slice cut off in its header", cut(small_series(modality="MR"), 1000), Severity.ERROR)
    yield bad("an empty file named as a slice", bytes_at("IM7.dcm", b""), Severity.ERROR)
    yield bad("a NIfTI that lacks its last bytes", cut(small_nifti("a.nii"), 7), Severity.ERROR)
    yield bad("a damaged gzip stream", changed(small_nifti(), -300, b"\xff" * 40), Severity.ERROR)
    yield bad(
        "a damaged RLE stream, oblique",
        changed(small_series(turned_deg=20.0, transfer_syntax="rle"), -60, b"\x7f" * 60),
        Severity.ERROR,
    )
    yield near("an empty file of no image's name", together(small_series(), bytes_at("empty.txt", b"")))
    yield near(
        "bytes after the pixels are none that are missing", changed(small_nifti("a.nii"), None, b"\0" * 9)
    )
