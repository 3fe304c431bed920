"""The table of phases as a file: CSV, Parquet or JSON, by its suffix; and what a person wrote into it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Final

import polars as pl

from scan2train.errors import UnknownName, WrongUse
from scan2train.formats.atomic import replacing
from scan2train.formats.delimited import rows_of, small_text
from scan2train.tables import PHASES

_PARQUET: Final = (".parquet", ".pq")
_SUFFIXES: Final = (".csv", *_PARQUET, ".json")
_MOST: Final = 256 << 20
_NEEDED: Final = ("volume", "correction")


def require_suffix(path: Path) -> None:
    """Refuse a file whose suffix names no kind of table.

    Raises
    ------
    UnknownName
        If it does not.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise UnknownName(
            "cannot tell how to write the table of phases",
            where=path,
            expected=f"a name that ends in {', '.join(_SUFFIXES)}",
        )


def save(table: pl.DataFrame, path: Path) -> None:
    """Write it, whole or not at all.

    Raises
    ------
    UnknownName
        As :func:`require_suffix`.
    """
    require_suffix(path)
    with replacing(path) as file:
        if path.suffix.lower() in _PARQUET:
            table.write_parquet(file)
        elif path.suffix.lower() == ".json":
            rows = table.to_dicts()
            file.write(json.dumps({"version": 1, "phases": rows}, indent=1).encode())
        else:
            table.write_csv(file)


def load(path: Path) -> pl.DataFrame:
    """The rows of a file that :func:`save` wrote and a person edited; columns that are missing are null.

    Raises
    ------
    WrongUse
        If it is no such table, a cell cannot be read, or one volume comes twice.
    """
    try:
        rows = _rows(path)
    except (OSError, ValueError, KeyError, TypeError, csv.Error, pl.exceptions.PolarsError) as error:
        raise WrongUse("the table of phases cannot be read", where=path, found=error) from error
    missing = [name for name in _NEEDED if rows and name not in rows[0]]
    if missing:
        raise WrongUse(
            "this is no table of phases",
            where=path,
            expected=f"the columns {', '.join(_NEEDED)}",
            found=f"no {' and no '.join(missing)}",
        )
    cells: dict[str, list[Any]] = {
        column.name: [_cell(row.get(column.name), column.kind, column.name, path) for row in rows]
        for column in PHASES
    }
    table = PHASES.frame(cells) if rows else PHASES.frame()
    twice = table.filter(pl.struct("source", "volume").is_duplicated())
    if twice.height:
        raise WrongUse("a volume comes twice in the table", where=path, found=twice["volume"][0])
    return table


def _rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix.lower() in _PARQUET:
        return pl.read_parquet(path).to_dicts()
    text = small_text(path, _MOST)
    return list(json.loads(text)["phases"]) if path.suffix.lower() == ".json" else list(rows_of(text))


def _cell(value: Any, kind: str, name: str, path: Path) -> Any:
    """A cell in its column's type; spreadsheets write numbers and truth in their own ways."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        if kind == "text":
            return str(value).strip()
        if kind == "boolean":
            return value if isinstance(value, bool) else {"true": True, "false": False}[value.strip().lower()]
        number = float(str(value).strip().removesuffix("%").replace(",", "."))
        return int(number) if kind == "integer" else number
    except (ValueError, KeyError) as error:
        raise WrongUse(
            f"a cell of the column {name} cannot be read", where=path, expected=f"a {kind}", found=value
        ) from error
