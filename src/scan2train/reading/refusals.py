"""Volumes that are no regular grid: the error that says what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scan2train.errors import (
    GeometryError,
    IrregularSlices,
    NonconformingHeader,
    Scan2TrainError,
    UnreadableFile,
)
from scan2train.measures.gaps import gaps_between
from scan2train.measures.twins import told_doubles
from scan2train.reading.lattice import regular_grid
from scan2train.reading.settled import parts_of

_SPLIT = (
    "Remove the files that do not belong; or --irregular split makes volumes of their own of them, and "
    "--irregular keep-largest-regular leaves them out."
)

#: So many parts are named by how many slices they have.
_NAMED = 6

#: Rule code and message of each irregularity.
_UNEVEN = {
    "missing-slices": ("GEO004", "slices are missing: a gap is a multiple of the usual one"),
    "uneven-spacing": ("GEO003", "the gaps between slices differ"),
    "shifted-slices": ("GEO003", "slices are shifted within their planes, out of the line of the others"),
    "duplicate-positions": ("GEO005", "several slices lie at one place, and no attribute explains it"),
}


def code_of(word: str) -> str:
    """The rule that an irregularity falls under, of slices that are uneven or stray."""
    return _UNEVEN[word][0] if word in _UNEVEN else "GEO002" if word == "mixed-orientation" else "SER002"


def refusal(row: Mapping[str, Any], where: str) -> Scan2TrainError | None:
    """The error that a row of the volumes table calls for; ``None`` where its volume is regular."""
    word = row["irregular"] or ""
    if not word:
        return None
    if word in _UNEVEN:
        code, message = _UNEVEN[word]
        return IrregularSlices(
            message,
            where=where,
            expected="slices at even distances along their normal",
            found=_gaps(row),
            advice="Find the files that are missing or too many" + _what_helps(row),
            code=code,
        )
    if word == "impossible-size":
        return UnreadableFile(
            "pixel data cannot hold what the header promises",
            where=where,
            expected="rows, columns, frames and bits that fit into the pixel data",
            found=f"{row['size_j']} × {row['size_i']} × {row['member_frames'][0]} of {row['bits_allocated']} bits "
            f"in {row['member_length'][0]} bytes",
        )
    if word in ("no-geometry", "bad-orientation"):
        return GeometryError(
            "no place in the patient follows from the header",
            where=where,
            expected="Image Position and Orientation (Patient) and Pixel Spacing, finite, unit and perpendicular",
            found=_lacking(row),
            advice="Fetch the original files: an export has dropped or damaged their geometry.",
            code="GEO013" if word == "bad-orientation" else "GEO001",
        )
    if word == "mosaic":
        return GeometryError(
            "many slices are tiled into one picture (mosaic), whose places only private elements tell",
            where=where,
            expected="the vendor's private header with the number of slices, their normal and their distance",
            found=_untold(row),
            advice="Fetch the original file: an export has dropped its private elements.",
            code="ACQ007",
        )
    if word == "frames-lost":
        return NonconformingHeader(
            "functional groups speak of fewer or more frames than there are",
            where=where,
            expected=f"as many items as Number of Frames says ({row['member_frames'][0]}), and pixels for as many",
            found=f"{row['n_slices']} frames that are described",
            advice="Fetch the original file: frames were added or lost when it was changed.",
            code="SER007",
        )
    if word == "parts-lost":
        return NonconformingHeader(
            "an object that was written in several files lacks some of them",
            where=where,
            expected="all parts of the concatenation",
            found=f"{len(set(row['member_path']))} of them, {row['n_slices']} frames",
            advice="Fetch the whole series again.",
            code="SER007",
        )
    if word == "mixed-rescale":
        return NonconformingHeader(
            "Rescale Slope or Rescale Intercept is missing on some slices and there on others",
            where=where,
            expected="a rescale on all slices or on none",
            found=f"{sum(None in pair for pair in zip(row['member_slope'], row['member_intercept'], strict=True))} "
            f"of {row['n_slices']} slices without",
            code="PIX002",
        )
    return IrregularSlices(
        f"slices differ in what must be the same throughout a volume: {word.removeprefix('mixed-').replace('-', ' ')}",
        where=where,
        expected="one value in all slices of the series",
        found=f"{row['n_slices']} of the series' slices differ",
        advice=_SPLIT,
        code=code_of(word),
    )


def _what_helps(row: Mapping[str, Any]) -> str:
    """Which words of ``--irregular`` would give something, and what, as the rest of a sentence."""
    words = []
    parts = [part["n_slices"] for part in parts_of(row)]
    if len(parts) > 1:
        most = ", …" if len(parts) > _NAMED else ""
        named = ", ".join(str(n) for n in parts[:_NAMED]) + most
        words.append(f"--irregular split gives {len(parts)} volumes, of {named} slices")
        words.append(f"--irregular keep-largest-regular the one of {max(parts)}")
    lattice = regular_grid(row)[1]
    if lattice is not None:
        words.append(
            f"--irregular regrid resamples to {lattice.grid.shape[2]} slices at even distances, "
            f"{int(lattice.invented.sum())} of them invented"
        )
    return f"; or: {'; '.join(words)}." if words else "; no word of --irregular helps here."


def _untold(row: Mapping[str, Any]) -> str:
    words = [word.partition(":")[2] for word in row["oddities"] or () if word.startswith("mosaic-lacks:")]
    return f"no usable {', '.join(words)}" if words else "no usable private header"


def _lacking(row: Mapping[str, Any]) -> str:
    words = [*(f"no usable {name}" for name in row["lacks"] or ()), *(row["oddities"] or ())]
    return ", ".join(words) or str(row["irregular"]).replace("-", " ")


def _gaps(row: Mapping[str, Any]) -> str:
    gaps = gaps_between(row["member_position_mm"])
    if gaps is None or row["irregular"] == "duplicate-positions":
        return told_doubles(row)
    if row["irregular"] == "shifted-slices":
        return f"{len(gaps.places)} slices at even distances of {gaps.usual:.4g} mm, but out of line"
    if not gaps.beyond.any():
        return f"usual gap {gaps.usual:.4g} mm; slices up to {abs(gaps.drift).max():.3g} mm from even steps"
    return gaps.told(gaps.beyond)
