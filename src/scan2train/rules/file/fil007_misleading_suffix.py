"""The content is not what the name says.

What it finds
-------------
DICOM files that are named like another format, files of other formats with one another's suffix, and files named like
an image that are none. Here formats are told by content. No suffix at all is no fault: DICOM files often have none.

Why it matters
--------------
Tools that go by the name skip such a file without a word, or fail on it, so that the same folder holds fewer scans for
one program than for another. What is named like a scan and is none, such as a web page that was saved in place of a
download, is a scan that is missing.

What to do
----------
Rename the file to what is inside. Where it is no image at all, fetch it again.

References
----------
DICOM PS3.10 section 8 (file names on media have no suffix); NIfTI-1, MetaIO and NRRD on their suffixes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.suffixes import DICOM, SUFFIXES, suffix_of
from scan2train.rule import Example, Hit, at, bad, good, info, near, warning
from scan2train.rule.passed_on import passed_on
from scan2train.rule.suspects import NOTICED

#: By these other tools take a file for an image of another kind.
_IMAGES = frozenset(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)
#: By these they pass it over.
_NO_IMAGES = frozenset(
    (
        ".txt",
        ".csv",
        ".json",
        ".xml",
        ".html",
        ".htm",
        ".pdf",
        ".exe",
        ".zip",
        ".gz",
        ".img",
        ".raw",
        ".log",
        ".tmp",
    )
)
#: Suffixes that nothing else has; headers and arrays that hold no image may have the others.
_SURE = (_IMAGES - {".hdr", ".hdr.gz", ".npy", ".mhd", ".nhdr"}) | set(DICOM)

SUSPECT = (
    NOTICED
    | pl.col("member_path")
    .list.eval(pl.element().str.contains(r"\.[^./]*$") & ~pl.element().str.contains(r"(?i)\.dcm$"))
    .list.any()
)


def check(row: Mapping[str, Any] | None = None, skipped: pl.DataFrame | None = None) -> Iterator[Hit]:
    """Compare the suffixes of a volume's files with their content, and look for names that promise an image."""
    if row is not None:
        yield from passed_on("FIL007", row)
        if row["format"] == "dicom":
            yield from _dicom(row)
    if skipped is not None:
        for one in skipped.filter(skipped["reason"] == "not-an-image").iter_rows(named=True):
            suffix = suffix_of(one["path"])
            hidden = one["path"].rpartition("/")[2].startswith(".")
            if suffix in _SURE and not hidden:
                yield warning(
                    "the name is that of an image, the content is none",
                    seen=suffix,
                    expected="an image",
                    where=at(one),
                    scope="file",
                )


def _dicom(row: Mapping[str, Any]) -> Iterator[Hit]:
    # Reading asks as well, with hundreds of files that are named as they should be.
    suffixes = [suffix_of(path) for path in row["member_path"] if not path.endswith(".dcm")]
    for wrong, severity in ((_IMAGES, warning), (_NO_IMAGES, info)):
        seen = sorted(wrong.intersection(suffixes))
        if seen:
            yield severity(
                "the content is DICOM, the name says otherwise",
                seen=", ".join(seen),
                expected=".dcm, or no suffix",
                affects=sum(suffix in wrong for suffix in suffixes),
            )


def examples() -> Iterator[Example]:
    """Names that fit, name nothing, or mislead."""
    from scan2train.finding import Severity
    from scan2train.testing.damaged import bytes_at, renamed
    from scan2train.testing.small import small_nifti, small_series, together

    yield good("DICOM as .dcm", small_series())
    yield good("DICOM without a suffix", small_series("PIR", file_names=lambda n: f"IM{n}"))
    yield good("MR as .IMA", small_series(modality="MR", file_names=lambda n: f"SCAN.MR.{n}.IMA"))
    yield good("files named by UID", small_series(file_names=lambda n: f"1.2.840.113619.2.55.{n}"))
    yield good("a NIfTI", small_nifti())
    one = small_series(shape=(13, 11, 1))
    yield bad("DICOM named .nii.gz", renamed(one, "series/IM0000.dcm", "a.nii.gz"), Severity.WARNING)
    yield bad("DICOM named .txt", small_series(file_names=lambda n: f"{n}.txt"), Severity.INFO)
    yield bad(
        "DICOM named .img, oblique",
        small_series(turned_deg=9.0, file_names=lambda n: f"{n}.img"),
        Severity.INFO,
    )
    yield bad("a NIfTI named .mha", renamed(small_nifti("a.nii"), "a.nii", "a.mha"), Severity.WARNING)
    yield bad("an NRRD named .nii", renamed(small_nifti("a.nrrd"), "a.nrrd", "a.nii"), Severity.WARNING)
    page = bytes_at("IM9.dcm", b"<!DOCTYPE html><title>Log in</title>")
    yield bad("a web page named .dcm", together(small_series(), page), Severity.WARNING)
    yield near("notes named .txt", together(small_series(), bytes_at("notes.txt", b"hello")))
    yield near(
        "a hidden file of another system", together(small_series(), bytes_at("._IM1.dcm", b"\0\5\x16\7"))
    )
    yield near("capital letters", renamed(small_nifti("a.nii"), "a.nii", "A.NII"))
