"""Thin and thick volumes in one data set.

What it finds
-------------
How far the distances of slices, and the sizes of pixels, of the volumes of one modality are apart: the largest by the
smallest. Formats that know of no modality are told apart by words in the names of their files, such as ct, pet or t1.
The axis of the slices is that of the DICOM stack; in other formats, the one whose spacing is furthest from those of
the other two.

Why it matters
--------------
A nodule of 5 mm is eight slices in one volume and one in the next. Without resampling, a network sees another shape
for every scanner; with it, most slices of the thick ones are invented.

What to do
----------
Resample all of them to one spacing (the step "resample"), and leave out those that are too thick for what is to be
learnt: --where "spacing_k_mm <= 3".

References
----------
Isensee et al., nnU-Net, Nature Methods 2021 (target spacing from the median of a data set).
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from scan2train.knowledge.tolerances import SET001_ERROR, SET001_WARNING
from scan2train.pairing.kind import with_kinds
from scan2train.rule import Example, Hit, bad, error, good, near, warning

_AXES = ("spacing_i_mm", "spacing_j_mm", "spacing_k_mm")
_WORDS = {"slices": "distance of slices", "pixels": "size of pixels"}


def check(volumes: pl.DataFrame) -> Iterator[Hit]:
    """Compare the volumes of each modality."""
    measurable = volumes.filter(
        (pl.col("role") == "volume")
        & pl.col("physical")
        & (pl.col("irregular").fill_null("") == "")
        & (pl.min_horizontal("size_i", "size_j", "size_k") > 1)
        & (pl.min_horizontal(_AXES) > 0)
    )
    scans = with_kinds(measurable)
    told: list[tuple[float, str]] = []
    for (kind,), those in scans.group_by("kind", maintain_order=True):
        measured = those.select("path", **_measures())
        for name, word in _WORDS.items():
            ranked = measured.sort(name, maintain_order=True)
            low, high = ranked.row(0, named=True), ranked.row(-1, named=True)
            ratio = high[name] / low[name]
            if ratio >= SET001_WARNING:
                ends = f"{low[name]:.3g} mm ({low['path']}) to {high[name]:.3g} mm ({high['path']})"
                seen = f"{word} {ends}, ratio {ratio:.3g}"
                told.append((ratio, f"{kind or 'modality not known'}: {seen}"))
    if told:
        told.sort(key=lambda one: -one[0])
        severity = error if told[0][0] >= SET001_ERROR else warning
        yield severity(
            "the volumes of one data set have different spacings",
            seen="; ".join(text for _, text in told),
            expected=f"a ratio below {SET001_WARNING:g}",
            affects=scans.height,
        )


def _measures() -> dict[str, pl.Expr]:
    """Distance of slices, and the geometric mean of the two other spacings, in mm."""
    i, j, k = (pl.col(name).log() for name in _AXES)
    middle = i + j + k - pl.max_horizontal(i, j, k) - pl.min_horizontal(i, j, k)
    high, low = pl.max_horizontal(i, j, k), pl.min_horizontal(i, j, k)
    odd = pl.when(high - middle >= middle - low).then(high).otherwise(low)
    slices = pl.when(pl.col("format") == "dicom").then(k).otherwise(odd)
    return {"slices": slices.exp(), "pixels": ((i + j + k - slices) / 2).exp()}


def examples() -> Iterator[Example]:
    """Volumes of like and of unlike spacing, in several formats and directions."""
    from scan2train.finding import Severity
    from scan2train.testing.small import Build, small_nifti, small_series, together

    def two(
        first: tuple[float, float, float], second: tuple[float, float, float], modality: str = "CT"
    ) -> Build:
        return together(
            small_series(spacing=first, modality=modality),
            small_series("PIR", below="b", series_number=2, spacing=second, modality=modality),
        )

    yield good("one volume", small_series())
    yield good("two alike", two((1.1, 1.3, 2.5), (1.2, 1.2, 2.6)))
    yield good(
        "thick MR beside thin CT",
        together(
            small_series(), small_series(below="b", series_number=2, modality="MR", spacing=(1.3, 1.7, 9.0))
        ),
    )
    yield bad("0.9 and 5 mm", two((1.1, 1.3, 0.9), (1.1, 1.3, 5.0)), Severity.ERROR)
    yield bad("2 and 5 mm, MR", two((1.1, 1.3, 2.0), (1.1, 1.3, 5.0), "MR"), Severity.WARNING)
    yield bad("pixels of 0.5 and 1 mm", two((0.5, 0.5, 2.5), (1.0, 1.0, 2.5)), Severity.WARNING)
    yield bad(
        "NIfTI files of 1 and 4 mm, with another axis for the slices",
        together(
            small_nifti("a.nii.gz", spacing=(1.1, 1.2, 1.3)),
            small_nifti("b.nii.gz", orientation="SRA", spacing=(4.0, 1.2, 1.1)),
        ),
        Severity.ERROR,
    )
    yield near(
        "CT and PET by their names, and a mask without an image",
        together(
            small_nifti("a_ct.nii.gz"),
            small_nifti("a_pet.nii.gz", spacing=(5.1, 5.2, 5.3)),
            small_nifti("b_mask.nii.gz", spacing=(9.0, 9.1, 9.2)),
        ),
    )
    yield near("2 and 2.9 mm", two((1.1, 1.3, 2.0), (1.1, 1.3, 2.9)))
    yield near("2 and 3.1 mm", two((1.1, 1.3, 2.0), (1.1, 1.3, 3.1)), Severity.WARNING)
    yield near(
        "one thick slice by itself",
        together(
            small_series(),
            small_series(below="b", series_number=2, shape=(13, 11, 1), spacing=(1.3, 1.7, 9.0)),
        ),
    )
