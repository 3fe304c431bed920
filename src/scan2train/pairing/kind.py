"""Of which kind a scan is: the modality, or what names say of it where a format knows none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.file_names import stem, without_sequence, words
from scan2train.pairing.pairs import may_be_labels
from scan2train.pairing.place import file_of

_NAMED = ("source", "path", "format", "role", "modality")


def with_kinds(volumes: pl.DataFrame) -> pl.DataFrame:
    """Those rows of a volumes table that are no masks, and for each its ``kind``; empty where nothing is known."""
    kinds = [_kind(row) for row in volumes.select(_NAMED).iter_rows(named=True)]
    return volumes.with_columns(kind=pl.Series(kinds, dtype=pl.String)).filter(pl.col("kind").is_not_null())


def _kind(row: Mapping[str, Any]) -> str | None:
    """The modality; where a format does not know it, the words of the name that stand for it. None for masks."""
    if row["modality"]:
        return str(row["modality"])
    file = file_of(row)
    if may_be_labels(row, file):
        return None
    own = words(stem(file.name))
    rest = without_sequence(own)
    return " ".join(sorted({word for word in own if word not in rest and not word.isdigit()}))
