"""One volume is there twice, under two names.

What it finds
-------------
Volumes of one data set that hold the very same voxels: a series and its conversion to NIfTI beside it, one scan sent
twice under new UIDs, one file with two names. They are told by their voxels, whatever the format, the type, the order
of axes and the unit; copies of files are told without decoding. Files that share a SOP Instance UID are a matter of
FIL004, masks and localizers of nobody.

Why it matters
--------------
What is there twice counts twice: a network sees this patient more often than others. And as soon as the set is split,
by names or by chance, one copy is trained on and the other one tested with.

What to do
----------
Keep one of them. Of a DICOM series and its conversion keep the series: it knows more.

References
----------
Kapoor and Narayanan, Leakage and the reproducibility crisis in machine-learning-based science, Patterns 2023.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from scan2train.measures.fingerprint import Fingerprint, fingerprint, same_picture
from scan2train.rule import Example, Hit, at, bad, good, info, near
from scan2train.rule.slices import IMAGES
from scan2train.volume import Volume

_KINDS = (*IMAGES, "picture")
_SHOWN = 4
#: What is gathered of a volume, and its fingerprint.
_PLACE = ("path", "volume", "series_uid", "source", "format", "oddities")
Gathered = tuple[dict[str, Any], Fingerprint]


def check(volumes: pl.DataFrame) -> Iterator[Hit]:
    """Look for files of the same bytes."""
    files = volumes.filter((pl.col("format") != "dicom") & pl.col("role").is_in(_KINDS)).select(_PLACE)
    for _, alike in files.group_by("volume", maintain_order=True):
        yield from _hits(alike.unique(("source", "path"), maintain_order=True).to_dicts())


def gather(volume: Volume, row: Mapping[str, Any]) -> Gathered | None:
    """What tells the picture from others."""
    own = fingerprint(volume) if row["role"] in _KINDS else None
    return None if own is None else ({name: row[name] for name in _PLACE}, own)


def conclude(gathered: Sequence[Gathered | None]) -> Iterator[Hit]:
    """Look for pictures that are the same, though nothing of their files says so."""
    by_key: dict[Any, list[Gathered]] = defaultdict(list)
    for one in gathered:
        if one is not None:
            by_key[one[1].key].append(one)
    for those in by_key.values():
        alike = [place for place, own in those if same_picture(own, those[0][1])]
        scans = {_scan(one): one for one in reversed(alike)}
        others = {one["volume"]: one for one in reversed(list(scans.values()))}
        yield from _hits(list(others.values()))


def _scan(place: Mapping[str, Any]) -> tuple[str | None, ...]:
    """One of each file or folder of a series: what is alike within one is not there twice for that."""
    repeated = {"instance-repeated", "instance-contradicted"}.intersection(place["oddities"] or ())
    own = place["series_uid"] if repeated else place["path"]
    return place["source"], place["series_uid"], own


def _hits(alike: Sequence[Mapping[str, Any]]) -> Iterator[Hit]:
    if len(alike) < 2:
        return
    ranked = sorted(alike, key=lambda one: (one["format"] != "dicom", one["path"] or ""))
    names = [one["path"] or "." for one in ranked]
    yield info(
        "volumes hold the very same voxels",
        seen=", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""),
        expected="each scan once",
        where=at(ranked[1]),
        scope="dataset",
        affects=len(ranked),
    )


def examples() -> Iterator[Example]:
    """Scans that are there once, and twice in several guises."""
    import numpy as np

    from scan2train.finding import Severity
    from scan2train.testing.small import Build, body, small_nifti, small_series, together
    from scan2train.testing.small_objects import small_enhanced

    shape, spacing = (13, 11, 8), (1.3, 1.7, 2.5)

    def other(array: Any) -> Any:
        return array + np.random.default_rng(3).integers(0, 40, array.shape).astype(np.int16)

    def series(below: str, n: int, **more: Any) -> Build:
        return small_series(below=below, series_number=n, seed=n, patient=f"P{n}", **more)

    def inside(word: str, build: Build) -> Build:
        return lambda folder: build(folder / word)

    def flipped(_: Any) -> Any:
        return body("LPS", shape, spacing, 0.0, 0.0, "CT").array[::-1, ::-1]

    yield good("two scans", together(series("a", 1), series("b", 2, values=other)))
    yield bad("one scan under new UIDs", together(series("a", 1), series("b", 2)), Severity.INFO)
    yield bad(
        "a series and its conversion",
        together(series("a", 1), small_nifti("b.nii.gz", values=flipped)),
        Severity.INFO,
    )
    yield bad(
        "one file with two names, oblique",
        together(small_nifti("a.nii.gz", turned_deg=15), small_nifti("b.nii.gz", turned_deg=15)),
        Severity.INFO,
    )
    yield bad(
        "NRRD, and MetaImage in other numbers",
        together(
            small_nifti("a.nrrd", orientation="PIR"),
            small_nifti("b.mha", orientation="PIR", values=lambda array: (array / 400.0).astype(np.float32)),
        ),
        Severity.INFO,
    )
    yield bad(
        "one enhanced object twice in its series, under two UIDs",
        together(*(inside(word, small_enhanced(instance=word)) for word in "ab")),
        Severity.INFO,
    )
    yield near(
        "the same instance twice, which FIL004 tells",
        together(*(inside(word, small_enhanced()) for word in "ab")),
    )
    yield near(
        "two masks of no difference",
        together(
            *(
                build
                for n in "ab"
                for build in (
                    small_nifti(f"{n}.nii.gz", values=other if n == "a" else None),
                    small_nifti(f"{n}_seg.nii.gz", labels=True),
                )
            )
        ),
    )
    yield near(
        "two pictures without a difference in them",
        together(*(small_nifti(n, values=lambda array: array * 0) for n in ("a.nii.gz", "b.mha"))),
    )
    yield near(
        "the same scan with 3 % more noise",
        together(
            series("a", 1),
            series(
                "b",
                2,
                values=lambda array: array + (np.indices(array.shape).sum(axis=0) % 3).astype(np.int16),
            ),
        ),
    )
