"""What the words of ``irregular`` make of rows: regular parts in place of what is no regular grid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scan2train.reading.copies import without_copies
from scan2train.reading.regular_parts import regular_parts
from scan2train.reading.slices_of import Row
from scan2train.stacking.regularity import UNEVEN


def settled(rows: Iterable[Row], word: str) -> list[dict[str, Any]]:
    """Rows of the volumes table as ``word`` wants them read.

    ``split`` puts the regular parts of a volume in its place, and takes a stray slice for a volume of its own.
    ``keep-largest-regular`` keeps the largest part of each volume, of equals the first one in order of k, and leaves
    stray slices out beside the volume of their series. With the other words, and where neither helps, rows stay as
    they are.
    """
    given = [dict(row) for row in rows]
    if word == "split":
        return [part for row in given for part in _split(row)]
    if word == "keep-largest-regular":
        wholes = {_series(row) for row in given if not is_stray(row)}
        strays = [row for row in given if is_stray(row) and _series(row) in wholes]
        kept = [row for row in given if row not in strays]
        return [_with_strays(_largest(row), row, strays) for row in kept]
    return given


def is_stray(row: Row) -> bool:
    """Whether this is a slice that differs from the stack of its series in what a stack has in common."""
    word = row["irregular"] or ""
    return word.startswith("mixed-") and word != "mixed-rescale"


def parts_of(row: Row) -> tuple[dict[str, Any], ...]:
    """The regular parts of a row, copies of slices aside; one where there is nothing to cut, none without hope."""
    if row["irregular"] not in UNEVEN:
        return ()
    whole = without_copies(row) if row["irregular"] == "duplicate-positions" else dict(row)
    return regular_parts(whole) if whole["irregular"] else (whole,)


def _split(row: dict[str, Any]) -> list[dict[str, Any]]:
    if is_stray(row):
        return [row | {"irregular": "", "part_of": row["volume"], "part_irregular": row["irregular"]}]
    parts = parts_of(row)
    # One of each copy makes a whole: it is read as it stands, copies compared.
    return list(parts) if len(parts) > 1 else [row]


def _largest(row: dict[str, Any]) -> dict[str, Any]:
    parts = parts_of(row)
    return max(parts, key=lambda part: part["n_slices"]) if len(parts) > 1 else row


def _with_strays(kept: dict[str, Any], whole: Row, strays: list[dict[str, Any]]) -> dict[str, Any]:
    """The row, saying of what it is a part where stray slices of its series are left out."""
    mine = [row for row in strays if _series(row) == _series(whole)]
    if not mine or whole["role"] != "volume" or kept["part_of"]:
        return kept
    return kept | {
        "part_of": whole["volume"],
        "part_irregular": mine[0]["irregular"],
        "part_first": 0,
        "part_total": whole["n_slices"] + len(mine),
    }


def _series(row: Row) -> tuple[Any, Any, Any]:
    return row["source"], row["study_uid"], row["series_uid"]
