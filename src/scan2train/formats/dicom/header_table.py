"""From walked headers to rows of the instances table."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

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


def assemble(table: Table, columns: Columns, n: int) -> pl.DataFrame:
    """The columns in the table's order, ``n`` rows.

    Series are put together as they are: an expression, however simple, wakes the engine's threads.
    """
    blank: dict[pl.DataType, pl.Series] = {}
    found = []
    for name, kind in table.schema.items():
        cells = columns[name]
        if cells is None:
            if kind not in blank:
                blank[kind] = constant(None, kind, n)
            cells = blank[kind]
        elif isinstance(cells, str):
            cells = constant(cells, kind, n)
        found.append(cells.alias(name))
    return pl.DataFrame(found)


def constant(value: str | None, kind: pl.DataType, n: int) -> pl.Series:
    """A column with one value all over."""
    return pl.Series([value], dtype=kind).new_from_index(0, n)


def pick(values: pl.Series, places: npt.NDArray[Any]) -> pl.Series:
    """The values at these places, none of which is negative."""
    return values[pl.Series(places.astype(np.uint32, copy=False))]


@cache
def empty(table: Table) -> pl.DataFrame:
    """The table without rows."""
    return table.frame()


def file_columns(headers: Headers, rows: Rows) -> Columns:
    """Where the pixels lie, who parsed the header, and what was odd about it."""
    facts = headers.facts if len(rows) == headers.facts.shape[1] else headers.facts[:, rows]
    return {
        "parser": _parsers(headers, rows),
        "oddities": _oddities(headers, rows),
        "pixel_offset": pl.Series(facts[codes.F_PIXEL_AT]),
        "pixel_length": pl.Series(facts[codes.F_PIXEL_LENGTH]),
        "pixel_kind": _kinds(facts[codes.F_PIXEL_KIND]),
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


def _kinds(kinds: npt.NDArray[np.int64]) -> str | pl.Series | None:
    if (kinds == kinds[0]).all():
        return _KINDS.get(int(kinds[0]))
    words_of = [_KINDS.get(kind) for kind in range(max(_KINDS) + 1)]
    return pick(pl.Series(words_of, dtype=pl.String), kinds)


def _parsers(headers: Headers, rows: Rows) -> str | pl.Series:
    if not headers.by_pydicom:
        return "walker"
    return pl.Series(
        ["pydicom" if row in headers.by_pydicom else "walker" for row in rows.tolist()], dtype=pl.String
    )


def _numbers(columns: tuple[Column, ...], values: npt.NDArray[np.float64]) -> Columns:
    """NaN marks an empty cell; what is empty all over stays one value."""
    found: Columns = {}
    blank = np.isnan(values).sum(axis=1).tolist()
    for column, cells, empty_cells in zip(columns, values, blank, strict=True):
        if empty_cells == len(cells):
            found[column.name] = None
            continue
        numbers = pl.Series(cells, nan_to_null=empty_cells > 0)
        found[column.name] = numbers.cast(pl.Int64) if column.kind == "integer" else numbers
    return found


def _texts(headers: Headers, places: npt.NDArray[np.int32], hashed: Callable[[str], str]) -> Columns:
    """Distinct texts to cells, all columns at once; what is the same all over stays one value."""
    found: Columns = {}
    varying = []
    lowest, highest = places.min(axis=1).tolist(), places.max(axis=1).tolist()
    for at, column in enumerate(headers.layout.texts):
        if " " in column.name:
            continue
        if lowest[at] == highest[at]:
            text = headers.texts[lowest[at]]
            found[column.name] = hashed(text) if text is not None and column.keep == "hash" else text
        elif column.keep == "hash":
            found[column.name] = _hashed(places[at], headers.texts, hashed)
        else:
            varying.append((at, column.name))
    n = places.shape[1]
    if varying:
        cells = pick(pl.Series(headers.texts, dtype=pl.String), places[[at for at, _ in varying]].ravel())
        found |= {name: cells.slice(k * n, n) for k, (_, name) in enumerate(varying)}
    return found


def _hashed(
    places: npt.NDArray[np.int32], texts: list[str | None], hashed: Callable[[str], str]
) -> pl.Series:
    distinct, inverse = np.unique(places, return_inverse=True)
    plain = [texts[at] for at in distinct.tolist()]
    return pick(pl.Series([None if t is None else hashed(t) for t in plain], dtype=pl.String), inverse)


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
    return pick(lists, place)
