"""From walked headers to rows of the instances table."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from scan2train.formats.dicom.header import Headers
from scan2train.formats.dicom.header_columns import PRIVATE
from scan2train.formats.dicom.oddities import words
from scan2train.kernels import header_codes as codes
from scan2train.tables import Column, Table

_KINDS = {
    codes.PIXEL_NATIVE: "native",
    codes.PIXEL_ENCAPSULATED: "encapsulated",
    codes.PIXEL_FLOAT: "float",
    codes.PIXEL_DOUBLE: "double",
}
#: The encodings that were told from the data set itself, and the UIDs of their transfer syntaxes (PS3.5 section 10).
_GUESSED = {
    codes.SYNTAX_IMPLICIT: "1.2.840.10008.1.2",
    codes.SYNTAX_EXPLICIT: "1.2.840.10008.1.2.1",
    codes.SYNTAX_BIG: "1.2.840.10008.1.2.2",
}

#: Cells by column: a series, or one value for all rows.
Columns = dict[str, "pl.Series | str | None"]
Rows = npt.NDArray[np.intp]


def header_columns(headers: Headers, rows: Rows, hashed: Callable[[str], str]) -> Columns:
    """The columns that come from the header, for these rows; ``hashed`` turns an identity into its salted hash."""
    if len(rows) == headers.facts.shape[1]:
        numbers, places, flags = headers.numbers, headers.codes, headers.flags
    else:
        numbers, places, flags = headers.numbers[:, rows], headers.codes[:, rows], headers.flags[:, rows]
    columns = _numbers(headers.layout.numbers, numbers) | _texts(headers, places, hashed)
    for column, values in zip(headers.layout.flags, flags, strict=True):
        columns[column.name] = pl.Series(values != 0)
    return columns


def assemble(table: Table, columns: Columns) -> pl.DataFrame:
    """The columns in the table's order; at least one of them must be a series."""
    kinds = schema_of(table)
    whole = pl.DataFrame({name: values for name, values in columns.items() if isinstance(values, pl.Series)})
    return whole.select(
        pl.col(name)
        if isinstance(columns[name], pl.Series)
        else pl.lit(columns[name], dtype=kind).alias(name)
        for name, kind in kinds.items()
    )


@cache
def schema_of(table: Table) -> dict[str, pl.DataType]:
    """The table's column names and types."""
    return table.schema


@cache
def empty(table: Table) -> pl.DataFrame:
    """The table without rows."""
    return table.frame()


def file_columns(headers: Headers, rows: Rows) -> Columns:
    """Where the pixels lie, who parsed the header, and what was odd about it."""
    facts = headers.facts if len(rows) == headers.facts.shape[1] else headers.facts[:, rows]
    kinds = pl.Series([_KINDS.get(kind) for kind in range(max(_KINDS) + 1)], dtype=pl.String)
    return {
        "parser": _parsers(headers, rows),
        "oddities": _oddities(headers, rows),
        "pixel_offset": pl.Series(facts[codes.F_PIXEL_AT]),
        "pixel_length": pl.Series(facts[codes.F_PIXEL_LENGTH]),
        "pixel_kind": kinds.gather(facts[codes.F_PIXEL_KIND]),
    }


def settle(headers: Headers) -> None:
    """Put right what one element alone does not tell: private values, padding, the transfer syntax."""
    drop_foreign_privates(headers)
    settle_padding(headers)
    fill_syntax(headers)


def drop_foreign_privates(headers: Headers) -> None:
    """Empty private columns of rows whose creator is another vendor (PS3.5 7.8.1)."""
    for name, (_, stem) in PRIVATE.items():
        values = headers.number(name)
        if np.isnan(values).all():
            continue
        creators = headers.text_codes(f"{name} creator")
        ours = [
            at for at in np.unique(creators).tolist() if (headers.texts[at] or "").upper().startswith(stem)
        ]
        values[~np.isin(creators, ours)] = np.nan


def settle_padding(headers: Headers) -> None:
    """Let padding values be signed where the pixels are, whatever VR the file gives them (PS3.3 C.7.5.1.1.2)."""
    signed = headers.number("pixel_representation") == 1
    for name in ("padding_value", "padding_limit"):
        values = headers.number(name)
        if not np.isnan(values).all():
            stored = np.mod(values, 65536)
            values[:] = np.where(signed & (stored >= 32768), stored - 65536, stored)


def fill_syntax(headers: Headers) -> None:
    """Name the encoding of files that do not, or that name a wrong one."""
    places = headers.text_codes("transfer_syntax")
    lies = headers.facts[codes.F_ODD] & codes.ODD_SYNTAX_LIES != 0
    for syntax, uid in _GUESSED.items():
        mine = ((places == 0) | lies) & (headers.facts[codes.F_SYNTAX] == syntax)
        if mine.any():
            places[mine] = len(headers.texts)
            headers.texts.append(uid)


def _parsers(headers: Headers, rows: Rows) -> str | pl.Series:
    if not headers.by_pydicom:
        return "walker"
    return pl.Series(
        ["pydicom" if row in headers.by_pydicom else "walker" for row in rows.tolist()], dtype=pl.String
    )


def _numbers(columns: tuple[Column, ...], values: npt.NDArray[np.float64]) -> Columns:
    """NaN marks an empty cell; what is empty all over stays one value."""
    found: Columns = {column.name: None for column in columns}
    blank = np.isnan(values).sum(axis=1)
    filled = np.flatnonzero(blank < values.shape[1]).tolist()
    frame = pl.DataFrame({columns[at].name: values[at] for at in filled}).select(
        _cells(columns[at], full=blank[at] == 0) for at in filled
    )
    return found | {series.name: series for series in frame}


def _cells(column: Column, *, full: bool) -> pl.Expr:
    cells = pl.col(column.name) if full else pl.col(column.name).fill_nan(None)
    return cells.cast(pl.Int64) if column.kind == "integer" else cells


def _texts(headers: Headers, places: npt.NDArray[np.int32], hashed: Callable[[str], str]) -> Columns:
    """Distinct texts to cells, all columns at once; what is the same all over stays one value."""
    found: Columns = {}
    varying = []
    lowest, highest = places.min(axis=1), places.max(axis=1)
    for at, column in enumerate(headers.layout.texts):
        if " " in column.name:
            continue
        if column.keep == "hash":
            found[column.name] = _hashed(places[at], headers.texts, hashed)
        elif lowest[at] == highest[at]:
            found[column.name] = headers.texts[lowest[at]]
        else:
            varying.append((at, column.name))
    n = places.shape[1]
    cells = pl.Series(headers.texts, dtype=pl.String).gather(places[[at for at, _ in varying]].ravel())
    return found | {name: cells.slice(k * n, n) for k, (_, name) in enumerate(varying)}


def _hashed(
    places: npt.NDArray[np.int32], texts: list[str | None], hashed: Callable[[str], str]
) -> pl.Series:
    distinct, inverse = np.unique(places, return_inverse=True)
    plain = [texts[at] for at in distinct.tolist()]
    return pl.Series([None if t is None else hashed(t) for t in plain], dtype=pl.String).gather(inverse)


def _oddities(headers: Headers, rows: Rows) -> pl.Series:
    if not headers.noted and not headers.facts[codes.F_ODD].any():
        return pl.Series([[]], dtype=pl.List(pl.String)).new_from_index(0, len(rows))
    bits = headers.facts[codes.F_ODD][rows]
    patterns: dict[tuple[int, tuple[str, ...]], int] = {}
    keys, inverse = np.unique(bits, return_inverse=True)
    for key in keys.tolist():
        patterns[(key, ())] = len(patterns)
    place = inverse.astype(np.int64)
    at_row = {int(row): at for at, row in enumerate(rows)} if headers.noted else {}
    for row, noted in headers.noted.items():
        if row in at_row:
            at = at_row[row]
            place[at] = patterns.setdefault((int(bits[at]), tuple(noted)), len(patterns))
    lists = pl.Series([words(key) + list(noted) for key, noted in patterns], dtype=pl.List(pl.String))
    return lists.gather(place)
