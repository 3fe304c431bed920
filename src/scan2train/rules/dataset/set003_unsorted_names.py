"""Names of cases whose plain order is not the order of their numbers.

What it finds
-------------
Folders in which the names of cases are numbered without leading zeros, such as volume-1, volume-10, volume-2: files
that are a volume each, and folders that hold volumes. The slices inside of a DICOM series are not meant: they are
ordered by their places.

Why it matters
--------------
A program that lists images in plain order and takes labels or a table in the order of their numbers pairs every
image from the tenth on with another patient's labels. Nothing fails, and the network learns noise.

What to do
----------
Pair by name and never by place in a list, as prepare does. Where another program has to read this folder, rename
the cases with leading zeros.

References
----------
Python, sorted() and os.listdir(): text is compared character by character.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

import polars as pl

from scan2train.finding import Where
from scan2train.rule import Example, Hit, bad, good, near, warning

_NUMBER = re.compile(r"\d+")
#: Longer rows of digits are parts of UIDs, hashes or times, and count nothing.
_LONGEST = 6
#: A name of more numbers than this is a UID.
_MOST_NUMBERS = 6
_SHOWN = 4


def check(volumes: pl.DataFrame) -> Iterator[Hit]:
    """Sort the names in each folder twice."""
    for (_, folder), names in sorted(_names(volumes).items()):
        for alike in _numbered(names):
            plain = sorted(alike)
            numbers = [_numbers(name) for name in plain]
            wrong = [at for at, (a, b) in enumerate(pairwise(numbers)) if a > b]
            if wrong:
                start = max(0, wrong[0] - 1)
                yield warning(
                    "the plain order of these names is not the order of their numbers",
                    seen=", ".join(plain[start : start + _SHOWN])
                    + (", …" if len(plain) > start + _SHOWN else ""),
                    expected="numbers with leading zeros",
                    where=Where(path=folder or "."),
                    affects=len(plain),
                )
                break


def _names(volumes: pl.DataFrame) -> dict[tuple[str, str], set[str]]:
    """For each source and folder the names in it that are cases, or lead to cases."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    needed = volumes.select(
        "source",
        "path",
        "format",
        "role",
        pl.col("member_path").list.first().alias("file"),
        pl.col("member_frames").list.first().alias("frames"),
    )
    for row in needed.unique(maintain_order=True).iter_rows(named=True):
        case = row["path"] or ""
        # A slice by itself is a file of its series' folder, unless it is a picture: then it is a case.
        slice_of_series = row["format"] == "dicom" and row["role"] != "picture" and (row["frames"] or 1) == 1
        if slice_of_series and case == row["file"]:
            case = case.rpartition("/")[0]
        parts = [part for part in case.split("/") if part not in ("", ".")]
        for at, part in enumerate(parts):
            found[row["source"], "/".join(parts[:at])].add(part)
    return found


def _numbered(names: Iterable[str]) -> Iterator[list[str]]:
    """Sets of names that differ in their numbers only, the largest first."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        runs = _NUMBER.findall(name)
        if 0 < len(runs) <= _MOST_NUMBERS and all(len(run) <= _LONGEST for run in runs):
            groups[_NUMBER.sub("#", name)].append(name)
    yield from sorted((alike for alike in groups.values() if len(alike) > 1), key=len, reverse=True)


def _numbers(name: str) -> list[int]:
    return [int(run) for run in _NUMBER.findall(name)]


def examples() -> Iterator[Example]:
    """Names of files and folders, with and without leading zeros."""
    from scan2train.finding import Severity
    from scan2train.testing.small import Build, small_nifti, small_series, together

    def files(pattern: str, *numbers: int) -> Build:
        return together(*(small_nifti(pattern.format(n), shape=(3, 4, 5)) for n in numbers))

    def folders(pattern: str, *numbers: int) -> Build:
        return together(
            *(
                small_series(shape=(5, 4, 2), below=pattern.format(n), series_number=n, patient=f"P{n}")
                for n in numbers
            )
        )

    yield good("one file", small_nifti())
    yield good("leading zeros", files("volume-{:03d}.nii.gz", 1, 2, 10))
    yield good("folders with leading zeros", folders("case_{:02d}/ct", 1, 2, 10))
    yield bad("volume-1, volume-10, volume-2", files("volume-{}.nii.gz", 1, 2, 10), Severity.WARNING)
    yield bad("MetaImage in a folder", files("sub/scan{}.mha", 9, 10, 11), Severity.WARNING)
    yield bad("folders of series", folders("case {}", 1, 2, 10), Severity.WARNING)
    yield bad("folders of patients", folders("patient{}/ct", 8, 9, 10), Severity.WARNING)
    yield near(
        "slices of a series", small_series(shape=(5, 4, 12), file_names=lambda rank: f"slice{rank + 1}.dcm")
    )
    yield near("numbers of one length", files("volume-{}.nii.gz", 11, 12, 20))
    yield near("parts of UIDs", folders("1.2.840.113619.2.{}.7.1.9", 1, 2, 10))
