"""Several image files go by one name.

What it finds
-------------
``a.nii`` beside ``a.nii.gz`` or a pair ``a.hdr`` and ``a.img``, ``a.mha`` beside ``a.mhd``, ``a.nrrd`` beside
``a.nhdr``, names that differ in the case of their letters alone, and one file of voxels that two headers claim.

Why it matters
--------------
Which file is read depends on the tool: many take a name without its suffix and pick the first that fits, some stop.
SimpleITK reads ``a.nii`` where it was asked for ``a.nii.gz``.
After one of the two was changed, two people with the same folder train on different data. Two headers over one file
of voxels are one scan counted twice, or two geometries of which one is wrong.

What to do
----------
Keep one of them. Compare the volumes first: where they differ, the older one is usually what was left behind.

References
----------
FSL (multiple files of one basename are an error); NIfTI-1 (``.nii`` and ``.hdr``/``.img``); MetaIO (ElementDataFile);
NRRD (data file).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scan2train.finding import Where
from scan2train.rule import Example, Hit, bad, good, near, warning

if TYPE_CHECKING:
    import polars as pl

#: Suffixes of one family: any two of them at one name shadow one another. The last may belong to other software.
_FAMILIES = {
    "nifti": r"\.(nii|nii\.gz|hdr|hdr\.gz)$",
    "metaimage": r"\.(mha|mhd)$",
    "nrrd": r"\.(nrrd|nhdr)$",
}
_FOREIGN = r"\.hdr(\.gz)?$"
#: How many names of a group are told.
_MOST = 4


def check(files: pl.DataFrame) -> Iterator[Hit]:
    """Group image files by source, folder and name without suffix; and data files by the headers that name them."""
    import polars as pl

    files = files.filter(pl.col("format").ne_missing("dicom"))
    lower = pl.col("path").str.to_lowercase()
    for word, pattern in _FAMILIES.items():
        family = files.filter(
            lower.str.contains(pattern) & ((pl.col("format") == word) | ~lower.str.contains(_FOREIGN))
        )
        names = family.with_columns(lower.str.replace(pattern, "").alias("name"))
        yield from _groups(
            names,
            "name",
            "several files go by one name; which of them is read depends on the tool",
            "one file of each name",
        )
    voxels = files.filter(pl.col("data_files").list.len() > 0).explode("data_files")
    yield from _groups(
        voxels,
        "data_files",
        "several headers name one file of voxels",
        "a file of voxels for each header",
    )


def _groups(files: pl.DataFrame, by: str, message: str, expected: str) -> Iterator[Hit]:
    import polars as pl

    found = (
        files.group_by("source", by)
        .agg(pl.col("path").unique().sort())
        .filter(pl.col("path").list.len() > 1)
        .sort("source", by)
    )
    for paths in found["path"].to_list():
        names = [path.rpartition("/")[2] for path in paths]
        more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        yield warning(
            message,
            seen=", ".join(names[:_MOST]) + more,
            expected=expected,
            where=Where(path=paths[0]),
            affects=len(paths),
        )


def examples() -> Iterator[Example]:
    """Names that clash, and names that do not."""
    from scan2train.finding import Severity
    from scan2train.testing.damaged import bytes_at
    from scan2train.testing.small import small_nifti, small_series, together

    raw = "ObjectType = Image\nNDims = 3\nDimSize = 2 3 4\nElementSpacing = 1 2 3\nElementType = MET_UCHAR\n"
    header = f"{raw}ElementDataFile = voxels.raw\n".encode()
    voxels = bytes_at("voxels.raw", bytes(range(24)))
    yield good("a series without suffixes", small_series(file_names=lambda n: f"IM{n}"))
    yield good(
        "two NIfTI files", together(small_nifti("a.nii.gz"), small_nifti("b.nii.gz", orientation="PIR"))
    )
    yield good("a header and its voxels", together(bytes_at("a.mhd", header), voxels))
    yield bad(
        "packed beside unpacked", together(small_nifti("a.nii"), small_nifti("a.nii.gz")), Severity.WARNING
    )
    yield bad(
        "letters of another case", together(small_nifti("A.nii"), small_nifti("a.nii")), Severity.WARNING
    )
    yield bad("MHA beside MHD", together(small_nifti("a.mha"), small_nifti("a.mhd")), Severity.WARNING)
    yield bad(
        "a broken file still shadows",
        together(small_nifti("a.nii.gz"), bytes_at("a.nii", b"no")),
        Severity.WARNING,
    )
    two = together(bytes_at("a.mhd", header), bytes_at("b.mhd", header), voxels)
    yield bad("two headers over the same voxels", two, Severity.WARNING)
    yield near("the same name in two folders", together(small_nifti("x/a.nii"), small_nifti("y/a.nii.gz")))
    yield near("another format of the same name", together(small_nifti("a.nii.gz"), small_nifti("a.nrrd")))
    yield near(
        "a header of other software", together(small_nifti("a.nii"), bytes_at("a.hdr", b"ENVI samples = 4"))
    )
