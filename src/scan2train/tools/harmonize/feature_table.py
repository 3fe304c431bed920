"""Tables of features: a row for each case, columns by name, as CSV or Parquet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from scan2train.errors import WrongUse
from scan2train.formats.atomic import replacing
from scan2train.tools.features.definitions import DEFINITIONS
from scan2train.tools.harmonize.design import column_of
from scan2train.volume import Array

_PARQUET = (".parquet", ".pq")


def read_table(path: Path) -> pl.DataFrame:
    """A CSV (commas, semicolons or tabs) or Parquet file.

    Raises
    ------
    WrongUse
        If it cannot be read, or holds no row.
    """
    try:
        if path.suffix.lower() in _PARQUET:
            table = pl.read_parquet(path)
        else:
            with path.open(encoding="utf-8-sig") as file:
                first = file.readline()
            separator = max(",;\t", key=first.count)
            # All rows are looked at: a column that turns out to hold text in the last row is text.
            table = pl.read_csv(
                path, separator=separator, infer_schema_length=None, null_values=["", "NA", "NaN", "nan"]
            )
    except (OSError, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise WrongUse("the table cannot be read", where=path, found=error) from error
    if not table.height:
        raise WrongUse("the table has no row", where=path)
    return table


def write_table(table: pl.DataFrame, path: Path) -> None:
    """Write as Parquet or, by any other suffix, CSV; whole or not at all."""
    with replacing(path) as file:
        if path.suffix.lower() in _PARQUET:
            table.write_parquet(file)
        else:
            table.write_csv(file)


def names_of_features(
    table: pl.DataFrame, asked: Sequence[str] | None, *, without: Sequence[str]
) -> list[str]:
    """The columns asked for; else those that ``features`` measures; else every column of floating-point numbers.

    What has another role is none of the last two, and in a table of ``features`` neither is what it carries along, such
    as a slice's thickness.

    Raises
    ------
    WrongUse
        If a column is not there or holds no numbers, or none is left.
    """
    if asked is None:
        names = [name for name, kind in table.schema.items() if kind.is_float() and name not in without]
        measured = {one.name for one in DEFINITIONS}
        names = [name for name in names if name in measured] or names
        if not names:
            raise WrongUse(
                "the table has no column of floating-point numbers", found=", ".join(table.columns)
            )
        return names
    for name in asked:
        if not column_of(table, name).dtype.is_numeric():
            raise WrongUse(f"the column {name} holds no numbers", found=table.schema[name])
        if name in without:
            raise WrongUse(f"the column {name} is kept or is the batch, and cannot be a feature as well")
    return list(dict.fromkeys(asked))


def matrix_of_features(table: pl.DataFrame, names: Sequence[str]) -> Array:
    """``(n, f)`` in float64, NaN where a value is missing or not finite."""
    columns = []
    for name in names:
        column = column_of(table, name)
        if not column.dtype.is_numeric() and column.dtype != pl.Null:
            raise WrongUse(f"the column {name} holds no numbers", found=column.dtype)
        values = column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        columns.append(np.where(np.isfinite(values), values, np.nan))
    return np.stack(columns, axis=1)


def rows_to_fit(table: pl.DataFrame, said: str, case: str, fold: int = 0) -> Array:
    """Which rows are for training, ``(n,)`` of bool.

    Parameters
    ----------
    said
        ``COLUMN=VALUE``; or a file: a ``split.json`` (the training cases of ``fold``), or a table with the column
        ``case``.
    case
        The column of ``table`` that names the case, for files.

    Raises
    ------
    WrongUse
        If neither is there, or no row is chosen.
    """
    column, equals, value = said.partition("=")
    if equals and column in table.columns:
        chosen = (table[column].cast(pl.String) == value).fill_null(value=False).to_numpy()
    elif Path(said).is_file():
        names = _cases_in(Path(said), case, fold)
        chosen = column_of(table, case).cast(pl.String).is_in(list(names)).fill_null(value=False).to_numpy()
    else:
        raise WrongUse(
            "the rows to fit on are not said",
            expected=f"COLUMN=VALUE with one of {', '.join(table.columns)}, or a file that is there",
            found=said,
        )
    if not chosen.any():
        raise WrongUse("no row is for training", found=said)
    return chosen


def _cases_in(path: Path, case: str, fold: int) -> set[str]:
    if path.suffix != ".json":
        return set(column_of(read_table(path), case).cast(pl.String).drop_nulls().to_list())
    try:
        folds = json.loads(path.read_text(encoding="utf-8"))["folds"]
        return {str(name) for name in folds[fold]["train"]}
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise WrongUse(
            "this is no file of a split", where=path, expected=f'"folds" with a number {fold}', found=error
        ) from error
