"""Parts of a series are missing.

What it finds
-------------
Fewer instances than Images in Acquisition (0020,1002) promises, where the numbers of those that are there have
holes. A warning where that is certain, and only information where the rest may be another reconstruction of the
same scan. Concatenations, which are one object in several files, that lack a file. And multi-frame objects that
describe fewer or more frames than they hold. A PET series with fewer images than its Number of Slices (0054,0081) is
a warning.

Why it matters
--------------
What was lost at one end of a scan shows in no gap between slices: the lung ends too early, the organ's volume is too
small, and a label drawn on the whole scan no longer fits.

What to do
----------
Fetch the series again from where it came. If it was cut on purpose, nothing needs to be done but to know it.

References
----------
DICOM PS3.3 C.7.6.1 (Images in Acquisition), C.7.6.16.2.2.4 (Concatenations), C.7.6.16 (Number of Frames).
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from scan2train.rule import Example, Hit, at, bad, error, good, info, near, warning

_ACQUISITION = ("source", "study_uid", "acquisition_number")


def check(instances: pl.DataFrame, volumes: pl.DataFrame) -> Iterator[Hit]:
    """Count instances by acquisition and by concatenation, and look for frames that were lost."""
    images = instances.filter((pl.col("format") == "dicom") & pl.col("sop_instance_uid").is_not_null())
    images = images.unique(("source", "sop_instance_uid"), maintain_order=True)
    yield from _acquisitions(images)
    yield from _of_pet(images)
    yield from _concatenations(images.filter(pl.col("concatenation_uid").is_not_null()))
    for row in volumes.filter(pl.col("irregular") == "frames-lost").iter_rows(named=True):
        yield error(
            "functional groups speak of fewer or more frames than there are",
            seen=f"{row['n_slices']} frames are described, {row['member_frames'][0]} declared",
            expected="as many described as declared, and pixels for each",
            where=at(row),
            scope="series",
        )


def _acquisitions(images: pl.DataFrame) -> Iterator[Hit]:
    promising = images.filter(
        (pl.col("images_in_acquisition") > 1)
        & (pl.col("n_frames").fill_null(1) <= 1)
        & pl.col("instance_number").is_not_null()
    )
    if promising.is_empty():
        return
    # An acquisition may have been reconstructed several times, and a series may hold several acquisitions.
    promised = pl.col("images_in_acquisition")
    found = promising.group_by(*_ACQUISITION, maintain_order=True).agg(
        pl.col("series_uid").first(),
        pl.col("path").first(),
        promised=promised.first(),
        one_promise=promised.n_unique() == 1,
        one_series=pl.col("series_uid").n_unique() == 1,
        n=pl.len(),
        numbers=pl.col("instance_number").n_unique(),
        first=pl.col("instance_number").min(),
        last=pl.col("instance_number").max(),
    )
    short = found.filter(
        "one_promise", "one_series", pl.col("n") < pl.col("promised"), pl.col("numbers") == pl.col("n")
    )
    for row in short.iter_rows(named=True):
        span = row["last"] - row["first"] + 1
        holes = row["n"] < span <= row["promised"] or row["n"] < row["last"] == row["promised"]
        severity, message = (
            (warning, "there are fewer images than the header promises, and their numbers have holes")
            if holes
            else (
                info,
                "there are fewer images than the header promises; another reconstruction may hold the rest",
            )
        )
        yield severity(
            message,
            seen=f"{row['n']} images, numbers {row['first']} to {row['last']}",
            expected=f"{row['promised']} images",
            where=at({"path": row["path"].rpartition("/")[0] or ".", "series_uid": row["series_uid"]}),
            scope="series",
        )


def _of_pet(images: pl.DataFrame) -> Iterator[Hit]:
    promised = images.filter(
        (pl.col("modality") == "PT")
        & (pl.col("slices_promised") > 1)
        & (pl.col("n_frames").fill_null(1) <= 1)
    )
    found = promised.group_by("source", "series_uid", maintain_order=True).agg(
        pl.col("path").first(), promised=pl.col("slices_promised").min(), n=pl.len()
    )
    for row in found.filter(pl.col("n") < pl.col("promised")).iter_rows(named=True):
        yield warning(
            "a PET series has fewer images than slices",
            seen=f"{row['n']} images",
            expected=f"{row['promised']} slices",
            where=at({"path": row["path"].rpartition("/")[0] or ".", "series_uid": row["series_uid"]}),
            scope="series",
        )


def _concatenations(images: pl.DataFrame) -> Iterator[Hit]:
    found = images.group_by("source", "concatenation_uid", maintain_order=True).agg(
        pl.col("series_uid").first(),
        pl.col("path").first(),
        parts=pl.col("concatenation_number").drop_nulls().unique().sort(),
        total=pl.max_horizontal(pl.col("concatenation_total").max(), pl.col("concatenation_number").max()),
    )
    for row in found.filter(pl.col("parts").list.len() < pl.col("total")).iter_rows(named=True):
        yield error(
            "an object that was written in several files lacks some of them",
            seen=f"{len(row['parts'])} of {row['total']} parts",
            expected="all parts of the concatenation",
            where=at(row),
            scope="series",
        )


def examples() -> Iterator[Example]:
    """Series that lost slices, and such as only look like it."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series, together
    from scan2train.testing.small_objects import small_enhanced
    from scan2train.testing.small_several import several

    eight = {"ImagesInAcquisition": 8}

    def part(number: int) -> dict[str, object]:
        return {
            "ConcatenationUID": "1.2.3.4",
            "InConcatenationNumber": number,
            "InConcatenationTotalNumber": 2,
        }

    yield good("all of them", small_series(tags=eight))
    yield good("no promise", small_series(modality="MR", drop=(3,)))
    yield good(
        "an acquisition that was reconstructed twice",
        together(
            *(small_series(tags={"ImagesInAcquisition": 16}, below=str(n), series_number=n) for n in (1, 2))
        ),
    )
    yield good(
        "two acquisitions in one series",
        several({"AcquisitionNumber": 1, **eight}, {"AcquisitionNumber": 2, **eight}),
    )
    yield bad("one of the middle is missing", small_series(tags=eight, drop=(3,)), Severity.WARNING)
    yield bad(
        "the first two are missing, sagittal", small_series("PIR", tags=eight, drop=(0, 1)), Severity.WARNING
    )
    yield good("all slices of a PET", small_series(modality="PT", tags={"NumberOfSlices": 8}))
    yield bad(
        "a PET without its last slices, sagittal",
        small_series("PIR", modality="PT", tags={"NumberOfSlices": 8}, drop=(6, 7)),
        Severity.WARNING,
    )
    yield bad("a part of a concatenation is missing", small_enhanced(tags=part(1)), Severity.ERROR)
    yield bad("frames without a description", small_enhanced(tags={"NumberOfFrames": 7}), Severity.ERROR)
    yield near(
        "the end is missing, or was never in this series",
        small_series(tags=eight, drop=(6, 7)),
        Severity.INFO,
    )
    yield near(
        "another reconstruction may be elsewhere",
        small_series(tags={"ImagesInAcquisition": 16}),
        Severity.INFO,
    )
