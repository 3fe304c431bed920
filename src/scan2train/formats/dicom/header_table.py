"""From walked headers to rows of the instances table."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from scan2train.formats.dicom.header import Headers
from scan2train.formats.dicom.header_columns import PRIVATE
from scan2train.formats.dicom.oddities import words
from scan2train.kernels import header_codes as codes
from scan2train.tables import Column

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

Rows = npt.NDArray[np.intp]


def header_columns(headers: Headers, rows: Rows, hashed: Callable[[str], str]) -> list[pl.Series]:
    """The columns that come from the header, for these rows; ``hashed`` turns an identity into its salted hash."""
    everything = len(rows) == headers.facts.shape[1]
    texts = pl.Series(headers.texts, dtype=pl.String)
    found = [
        _number(column, values if everything else values[rows])
        for column, values in zip(headers.layout.numbers, headers.numbers, strict=True)
    ]
    for column, places in zip(headers.layout.texts, headers.codes, strict=True):
        if " " not in column.name:
            mine = places if everything else places[rows]
            found.append(_hashed(column, mine, headers.texts, hashed) if column.keep == "hash" else _text(column, mine, texts))
    for column, values in zip(headers.layout.flags, headers.flags, strict=True):
        found.append(pl.Series(column.name, (values if everything else values[rows]).astype(bool)))
    return found


def settle(headers: Headers) -> None:
    """Put right what one element alone does not tell: private values, padding, the transfer syntax."""
    drop_foreign_privates(headers)
    settle_padding(headers)
    fill_syntax(headers)


def file_columns(headers: Headers, rows: Rows) -> list[pl.Series]:
    """Where the pixels lie, who parsed the header, and what was odd about it."""
    facts = headers.facts[:, rows]
    kinds = pl.Series([_KINDS.get(kind) for kind in range(max(_KINDS) + 1)], dtype=pl.String)
    return [
        _parsers(headers, rows),
        _oddities(headers, rows),
        pl.Series("pixel_offset", facts[codes.F_PIXEL_AT]),
        pl.Series("pixel_length", facts[codes.F_PIXEL_LENGTH]),
        kinds.gather(facts[codes.F_PIXEL_KIND]).alias("pixel_kind"),
    ]


def _parsers(headers: Headers, rows: Rows) -> pl.Series:
    if not headers.by_pydicom:
        return constant("parser", "walker", len(rows))
    return pl.Series("parser", ["pydicom" if row in headers.by_pydicom else "walker" for row in rows.tolist()])


def constant(name: str, value: str | None, n: int) -> pl.Series:
    """A text column with one value all over."""
    return pl.Series(name, [value], dtype=pl.String).new_from_index(0, n)


def drop_foreign_privates(headers: Headers) -> None:
    """Empty private columns of rows whose creator is another vendor (PS3.5 7.8.1)."""
    for name, (_, stem) in PRIVATE.items():
        values = headers.number(name)
        if np.isnan(values).all():
            continue
        creators = headers.text_codes(f"{name} creator")
        ours = [at for at in np.unique(creators).tolist() if (headers.texts[at] or "").upper().startswith(stem)]
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


def _number(column: Column, values: npt.NDArray[np.float64]) -> pl.Series:
    if np.isnan(values).all():
        return pl.Series(column.name, [None], dtype=column.dtype).new_from_index(0, len(values))
    found = pl.Series(column.name, values, nan_to_null=True)
    return found.cast(pl.Int64) if column.kind == "integer" else found


def _text(column: Column, places: npt.NDArray[np.int32], texts: pl.Series) -> pl.Series:
    first = int(places[0]) if len(places) else 0
    if (places == first).all():
        return constant(column.name, texts[first], len(places))
    return texts.gather(places).alias(column.name)


def _hashed(
    column: Column, places: npt.NDArray[np.int32], texts: list[str | None], hashed: Callable[[str], str]
) -> pl.Series:
    distinct, inverse = np.unique(places, return_inverse=True)
    plain = [texts[at] for at in distinct.tolist()]
    return pl.Series([None if t is None else hashed(t) for t in plain], dtype=pl.String).gather(inverse).alias(column.name)


def _oddities(headers: Headers, rows: Rows) -> pl.Series:
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
    return lists.gather(place).alias("oddities")
