"""Attributes about how the patient lay, and which side is which, that contradict one another.

What it finds
-------------
Images whose Laterality and Image Laterality name two sides; whose Patient Orientation points elsewhere than the
direction cosines of Image Orientation (Patient); whose Series Description or Body Part names the other side than their
laterality; and series whose slices say more than one Patient Position.

Why it matters
--------------
One of the two is wrong, and nobody can tell which from the file alone. Where the cosines are wrong left and right are
exchanged, or front and back, and a mask drawn on it, or an atlas laid over it, lands in the mirrored place. Where the
laterality is wrong the label of the side is.

What to do
----------
Look at the picture: the heart and the stomach lie to the left, the liver to the right, the table below the back. Take
the series from the archive again if an export has changed it, and leave it out where the doubt stays.

References
----------
DICOM PS3.3 C.7.6.1.1.1 (Patient Orientation), C.7.6.2.1.1 (Image Orientation), C.7.3.1 (Laterality, Patient Position),
10.5 and C.8.11.7 (Image Laterality).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl

from scan2train.knowledge.tolerances import GEO010_ALONG
from scan2train.rule import Example, Hit, at, bad, good, near, warning

_SIDES: Final = ("L", "R")
#: Axis of DICOM's patient coordinates, and the sign along it, for each letter of Patient Orientation.
_AXES: Final = {"L": (0, 1), "R": (0, -1), "P": (1, 1), "A": (1, -1), "H": (2, 1), "F": (2, -1)}
_COSINES: Final = ("row_x", "row_y", "row_z", "col_x", "col_y", "col_z")


def check(instances: pl.DataFrame) -> Iterator[Hit]:
    """Filter whole columns; what is left is suspect."""
    dicom = instances.filter(pl.col("format") == "dicom")
    yield from _two_sides(dicom)
    yield from _other_side_in_words(dicom)
    yield from _orientation_against_cosines(dicom)
    yield from _several_positions(dicom)


def _word(name: str) -> pl.Expr:
    return pl.col(name).str.strip_chars().str.to_uppercase()


def _two_sides(dicom: pl.DataFrame) -> Iterator[Hit]:
    both = _word("laterality").is_in(_SIDES) & _word("image_laterality").is_in(_SIDES)
    for row in _by_series(dicom.filter(both & (_word("laterality") != _word("image_laterality")))):
        yield warning(
            "Laterality and Image Laterality name two sides",
            seen=f"Laterality {row['laterality'].strip()}, Image Laterality {row['image_laterality'].strip()}",
            expected="one side",
            where=at(row),
            scope="series",
            affects=row["images"],
        )


def _other_side_in_words(dicom: pl.DataFrame) -> Iterator[Hit]:
    """A description that names one side, in full, and a laterality of the other."""
    words = pl.concat_str(pl.col("description"), pl.col("body_part"), separator=" ", ignore_nulls=True)
    words = words.str.to_uppercase()
    left, right = words.str.contains(r"\bLEFT\b"), words.str.contains(r"\bRIGHT\b")
    side = pl.coalesce(_word("image_laterality"), _word("laterality"))
    told = ((side == "L") & right & ~left) | ((side == "R") & left & ~right)
    for row in _by_series(dicom.filter(told.fill_null(value=False))):
        side_told = (row["image_laterality"] or row["laterality"]).strip()
        yield warning(
            "the description names the other side than the laterality",
            seen=f"laterality {side_told}, and {'right' if side_told.upper() == 'L' else 'left'} in words",
            expected="one side",
            where=at(row),
            scope="series",
            affects=row["images"],
        )


def _by_series(images: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """The first image of each series, and how many ``images`` there are of these."""
    series = images.group_by("source", pl.coalesce("series_uid", "path").alias("own"), maintain_order=True)
    columns = ("path", "series_uid", "laterality", "image_laterality")
    firsts = series.agg(*(pl.col(name).first() for name in columns), pl.len().alias("images"))
    yield from firsts.iter_rows(named=True)


def _orientation_against_cosines(dicom: pl.DataFrame) -> Iterator[Hit]:
    """The first letter of each value names the direction that is nearest."""
    known = pl.col("patient_orientation").str.contains(r"^\s*[LRAPHFlraphf]+\s*\\\s*[LRAPHFlraphf]+\s*$")
    biped = (pl.col("anatomical_orientation") != "QUADRUPED").fill_null(value=True)
    placed = pl.all_horizontal(pl.col(name).is_not_null() for name in _COSINES)
    told = dicom.filter(known & biped & placed)
    rounded = [pl.col(name).round(2).alias(f"{name}_2") for name in _COSINES]
    keys = ["series_uid", "patient_orientation", *(f"{name}_2" for name in _COSINES)]
    for row in (
        told.with_columns(rounded).unique(keys, keep="first", maintain_order=True).iter_rows(named=True)
    ):
        words = [word.strip() for word in row["patient_orientation"].upper().split("\\")]
        cosines = [row[name] for name in _COSINES]
        if all(_points(word, cosines[3 * n : 3 * n + 3]) for n, word in enumerate(words)):
            continue
        yield warning(
            "Patient Orientation points elsewhere than the direction cosines",
            seen=f"{'/'.join(words)}, cosines {', '.join(f'{cosine:.3g}' for cosine in cosines)}",
            expected="/".join(_nearest(cosines[start : start + 3]) for start in (0, 3)),
            where=at(row),
            scope="series",
        )


def _points(word: str, direction: list[float]) -> bool:
    axis, sign = _AXES[word[0]]
    return sign * direction[axis] >= GEO010_ALONG


def _nearest(direction: list[float]) -> str:
    return max(_AXES, key=lambda letter: _AXES[letter][1] * direction[_AXES[letter][0]])


def _several_positions(dicom: pl.DataFrame) -> Iterator[Hit]:
    position = _word("patient_position")
    term = position.str.contains(r"^(HF|FF|LF|RF|AF|PF)(S|P|DR|DL)$").fill_null(value=False)
    said = dicom.filter(term & pl.col("series_uid").is_not_null())
    several = (
        said.group_by("source", "series_uid", maintain_order=True)
        .agg(position.unique().sort().alias("positions"), pl.col("path").first(), pl.len().alias("images"))
        .filter(pl.col("positions").list.len() > 1)
    )
    for row in several.iter_rows(named=True):
        yield warning(
            "one series says more than one Patient Position",
            seen=", ".join(row["positions"]),
            expected="one position: nobody turns over within a series",
            where=at(row),
            scope="series",
            affects=row["images"],
        )


def examples() -> Iterator[Example]:
    """Sides and directions that agree, and others."""
    from functools import partial

    from scan2train.finding import Severity
    from scan2train.testing.small import small_nifti, small_series

    def tagged(orientation: str = "LPS", *, modality: str = "CT", **tags: Any) -> Any:
        return small_series(orientation, modality=modality, tags=tags)

    knee = partial(tagged, modality="MR", SeriesDescription="LEFT KNEE PD")
    yield good("neither laterality nor orientation", small_series())
    yield good("both lateralities agree", tagged(modality="DX", Laterality="R", ImageLaterality="R"))
    yield good("an axial CT that says L/P", tagged(PatientOrientation=["L", "P"]))
    yield good("a sagittal MR that says P/F", tagged("PIR", modality="MR", PatientOrientation=["P", "F"]))
    yield good("a NIfTI says nothing", small_nifti())
    yield bad(
        "Laterality L, Image Laterality R",
        tagged(modality="MG", Laterality="L", ImageLaterality="R"),
        Severity.WARNING,
    )
    yield bad(
        "R/P on an axial CT whose columns go to the left",
        tagged(PatientOrientation=["R", "P"]),
        Severity.WARNING,
    )
    yield bad(
        "L/P on a sagittal MR", tagged("PIR", modality="MR", PatientOrientation=["L", "P"]), Severity.WARNING
    )
    yield bad("the left knee, with laterality R", knee(Laterality="R"), Severity.WARNING)
    yield bad("two positions in one series", small_series(tags=_turned), Severity.WARNING)
    yield near(
        "an oblique that says LP/PR", small_series(turned_deg=40, tags={"PatientOrientation": ["LP", "PR"]})
    )
    yield near("the left knee, with laterality L", knee(Laterality="L", ImageLaterality="L"))
    yield near("both sides in words", tagged(SeriesDescription="LEFT AND RIGHT HIP", Laterality="R"))
    yield near("a space behind the side", tagged(Laterality="R ", ImageLaterality="R"))
    yield near("an animal", tagged(PatientOrientation=["LE", "V"], AnatomicalOrientationType="QUADRUPED"))


def _turned(k: int) -> Mapping[str, Any]:
    return {"PatientPosition": "HFP" if k > 4 else "HFS"}
