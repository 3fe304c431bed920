"""What the reader of a format noticed in a file's header, for the rule whose code it bears."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from scan2train.finding import Severity
from scan2train.rule.hit import Hit, at, error


def passed_on(code: str, row: Mapping[str, Any]) -> Iterator[Hit]:
    """Findings of that code from the column ``noticed`` of a row of the volumes table.

    Formats judge their own headers while they read them, with the thresholds of
    :mod:`scan2train.knowledge.tolerances`; the index keeps what they said.
    """
    for text in row["noticed"] or ():
        told = json.loads(text)
        if told["code"] == code:
            yield Hit(
                severity=Severity(told["severity"]),
                message=told["message"],
                seen=told["seen"],
                expected=told["expected"],
                advice=told["advice"],
                affects=told["affects"],
            )


def passed_on_or_refused(code: str, volumes: pl.DataFrame, skipped: pl.DataFrame) -> Iterator[Hit]:
    """Findings of that code about all volumes, and about the files that were refused for it.

    A file whose header is refused has no row of the volumes table; the table of skipped files says why.
    """
    said = volumes.filter(pl.col("noticed").list.join("\n").str.contains(f'"code": "{code}"', literal=True))
    for row in said.iter_rows(named=True):
        for hit in passed_on(code, row):
            yield replace(hit, where=at(row), scope="volume")
    for row in skipped.filter(pl.col("code") == code).iter_rows(named=True):
        yield error("the file was refused", seen=row["message"] or "", where=at(row), scope="file")
