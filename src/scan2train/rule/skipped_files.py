"""Files that gave no image, for the rule whose code the index has put to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scan2train.knowledge.skip_reasons import sentence
from scan2train.rule.hit import Hit, at, error

if TYPE_CHECKING:
    import polars as pl


def skipped_files(code: str, skipped: pl.DataFrame) -> Iterator[Hit]:
    """One error for each row of the table of skipped files with that code."""
    for row in skipped.filter(skipped["code"] == code).iter_rows(named=True):
        message, seen = sentence(row["reason"] or "", row["message"] or "")
        yield error(message, seen=seen, where=at(row), scope="file")
