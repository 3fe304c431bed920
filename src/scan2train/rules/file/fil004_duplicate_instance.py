"""The same instance is there more than once.

What it finds
-------------
Files that share a SOP Instance UID, the name of one image in all the world: copies in one series, the same scan in two
sources, and two different images that claim to be one. Headers tell whether the copies can agree; whether their pixels
do is told where pixels are decoded.

Why it matters
--------------
A reader that stacks all files gets doubled slices, at half their distance. The same scan in two folders ends in
training and in test. And of two files that claim to be one image but differ, one is wrong.

What to do
----------
Keep one file of each instance. Where copies agree, one was used already; where they conflict, find out which one is
right, for nothing in the files tells.

Copies come about when a disc is loaded twice, and when a study is sent again after it was corrected. Then the newer
one is right.

References
----------
DICOM PS3.3 C.12.1 (SOP Common), PS3.5 section 9 (unique identifiers).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.measures.twins import twins_of
from scan2train.rule import Decoded, Example, Hit, at, bad, error, good, near, warning
from scan2train.rule.suspects import ODD

#: What stored values mean: two files of one image cannot differ in it.
_VALUES = ("slope", "intercept")
#: What may differ though values do not: only decoding tells.
_REST = ("size", "length", "frames", "padding_value", "padding_limit", "transfer_syntax", "pixel_kind")
#: What two copies in different sources share.
_FACTS = (
    *(
        "series_uid",
        "rows",
        "columns",
        "n_frames",
        "samples",
        "photometric",
        "bits_stored",
        "pixel_representation",
    ),
    *(f"{stem}_{axis}" for stem in ("position", "row", "col") for axis in "xyz"),
    *("row_spacing_mm", "col_spacing_mm", "slope", "intercept"),
)
_ONE = "one file for each instance"

SUSPECT = ODD | (pl.col("spare_of").list.len().fill_null(0) > 0)


def check(
    row: Mapping[str, Any] | None = None,
    decoded: Decoded | None = None,
    instances: pl.DataFrame | None = None,
) -> Iterator[Hit]:
    """Compare copies within a volume, then across the sources of a run."""
    if instances is not None:
        yield from _across_sources(instances)
    if row is None or row["format"] != "dicom":
        return
    # A slice under another UID is no second file of an instance: GEO005 speaks of it.
    others = twins_of(row)
    copied = {at: k for at, k in enumerate(row["spare_of"] or ()) if at not in others}
    if copied:
        yield _copies(row, copied, decoded)
    words = row["oddities"] or ()
    if "instance-contradicted" in words:
        yield error(
            "a SOP Instance UID of this volume is also that of another file, whose header contradicts this one",
            seen="another place, size, kind of values, or meaning of them",
            expected=_ONE,
        )
    elif "instance-repeated" in words:
        # Pictures lie nowhere, and stored bits may differ, so that copies of one are volumes of their own.
        yield warning(
            "a SOP Instance UID of this volume is also that of a file in another volume; their headers agree",
            expected=_ONE,
        )


def _copies(row: Mapping[str, Any], copied: Mapping[int, int], decoded: Decoded | None) -> Hit:
    files = len({row["spare_path"][at] for at in copied})
    more = {
        "seen": f"{files} further file{'s' if files > 1 else ''}",
        "expected": _ONE,
        "affects": files,
    }
    if decoded is not None:
        return warning(
            "some instances are there more than once, with the same pixels; one of each was used", **more
        )
    if _differ(row, copied, _VALUES):
        return error("files of one instance give its values different meanings", **more)
    if _differ(row, copied, _REST):
        return warning(
            "some instances are there more than once; only their pixels tell whether they agree", **more
        )
    return warning("some instances are there more than once; their headers agree", **more)


def _differ(row: Mapping[str, Any], copied: Mapping[int, int], names: tuple[str, ...]) -> bool:
    for name in names:
        mine, theirs = row[f"member_{name}"], row[f"spare_{name}"]
        if any(mine[k] != theirs[at] for at, k in copied.items()):
            return True
    return False


def _across_sources(instances: pl.DataFrame) -> Iterator[Hit]:

    if instances["source"].n_unique() < 2:
        return
    told = (
        instances.lazy()
        .filter(pl.col("format") == "dicom", pl.col("sop_instance_uid").is_not_null())
        .group_by("sop_instance_uid")
        .agg(
            pl.col("source").n_unique().alias("sources"),
            pl.col("path", "series_uid").first(),
            pl.any_horizontal(pl.col(name).n_unique() > 1 for name in _FACTS).alias("conflict"),
        )
        .filter(pl.col("sources") > 1)
        .group_by("series_uid", "conflict")
        .agg(pl.col("path").min(), pl.len().alias("copied"), pl.col("sources").max())
        .sort("series_uid", "path")
        .collect()
    )
    for one in told.iter_rows(named=True):
        more = {
            "seen": f"{one['copied']} instances",
            "expected": _ONE,
            "affects": one["copied"],
            "where": at(one),
        }
        if one["conflict"]:
            yield error(
                "files of one instance in several sources contradict one another", scope="series", **more
            )
        else:
            yield warning(
                "the same instances are in several sources; their headers agree", scope="series", **more
            )


def examples() -> Iterator[Example]:
    """Copies that agree, copies that do not, and what is no copy."""
    from scan2train.finding import Severity
    from scan2train.testing.damaged import rewritten
    from scan2train.testing.small import small_nifti, small_series, together

    yield good("a series", small_series())
    yield good(
        "two series of one patient", together(small_series(), small_series(below="b", series_number=2))
    )
    yield bad(
        "the same series in two folders", together(small_series(), small_series(below="b")), Severity.WARNING
    )
    yield bad(
        "a sagittal MR twice, once compressed",
        together(
            small_series("PIR", modality="MR"),
            small_series("PIR", modality="MR", below="b", transfer_syntax="rle"),
        ),
        Severity.WARNING,
    )
    other = small_series(below="b", tags={"RescaleIntercept": "-1000"})
    yield bad("a copy with another rescale", together(small_series(), other), Severity.ERROR)
    moved = rewritten(small_series(below="b"), lambda pixels: pixels + 1)
    yield bad("a copy with other pixels", together(small_series(), moved), Severity.ERROR)
    shifted = small_series(below="b", place=lambda k: k + 20)
    yield bad("one UID for slices at two places", together(small_series(), shifted), Severity.ERROR)
    film = small_series(shape=(13, 11, 1), modality="DX", tags={"ImagePositionPatient": None})
    again = small_series(shape=(13, 11, 1), modality="DX", tags={"ImagePositionPatient": None}, below="b")
    yield bad("a film twice", together(film, again), Severity.WARNING)
    inverted = {"ImagePositionPatient": None, "PhotometricInterpretation": "MONOCHROME1"}
    other = small_series(shape=(13, 11, 1), modality="DX", tags=inverted, below="b")
    yield bad("a film twice, once said to be inverted", together(film, other), Severity.ERROR)
    deeper = small_series(below="b", bits_stored=16)
    yield bad("a copy with more stored bits", together(small_series(), deeper), Severity.WARNING)
    yield near("the same NIfTI twice has no UIDs", together(small_nifti("a.nii.gz"), small_nifti("b.nii.gz")))
    yield near(
        "the same places under other UIDs", together(small_series(), small_series(below="b", patient="OTHER"))
    )
