"""One page for the columns of every table, from their declarations."""

from __future__ import annotations

from collections.abc import Iterator

import scan2train.tables
from scan2train.tables import Column, Table

KEPT = {
    "value": "",
    "hash": "Only as a salted hash.",
    "filled": "Only whether it was filled.",
    "present": "Only whether it is there.",
}

ABOUT = """\
# Columns of the tables

A table that is written is Parquet, with exactly these columns. The plural types are lists, one item a slice or number.
Names, birth dates, patient ids and accession numbers are never kept as they are.
"""


def pages() -> Iterator[tuple[str, str]]:
    """The page ``tables``."""
    tables = [value for value in vars(scan2train.tables).values() if isinstance(value, Table)]
    parts = [
        ABOUT,
        *(_table(table) for table in sorted(tables, key=lambda table: table.name)),
    ]
    yield "tables", "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    rows = [f"| `{c.name}` | {c.kind} | {c.unit} | {_tag(c)} | {_meaning(c)} |" for c in table]
    return "\n".join(
        [
            f"## {table.name}",
            "",
            f"{table.meaning}.",
            "",
            "| column | type | unit | DICOM | meaning |",
            "| --- | --- | --- | --- | --- |",
            *rows,
        ]
    )


def _tag(column: Column) -> str:
    if not column.tag:
        return ""
    return f"({column.tag})" if not column.parent else f"({column.parent}) > ({column.tag})"


def _meaning(column: Column) -> str:
    return f"{column.meaning}. {KEPT[column.keep]}".replace("|", "\\|").strip()
