"""What a column is, and what a table is: declarations that code, docs and tests share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["text", "integer", "number", "boolean", "texts", "integers", "numbers"]

#: How a header value becomes a cell: as it is; as a salted hash; as "was it filled"; as "does the element exist".
Keep = Literal["value", "hash", "filled", "present"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name, kind, meaning
        The column's name, the type of its cells (the plural kinds are lists), and what it says.
    unit
        Unit of the numbers, where they have one.
    tag
        DICOM tag as ``"0028,0030"``, where the column is read from one.
    parent
        Tag of the sequence in whose first item ``tag`` is looked for; empty for the top level.
    item
        Which value of a multi-valued element, counted from 0; -1 keeps the whole value.
    keep
        What of the value is kept.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    tag: str = ""
    parent: str = ""
    item: int = -1
    keep: Keep = "value"

    @property
    def dtype(self) -> pl.DataType:
        """The column's polars type."""
        import polars as pl

        one = {"text": pl.String(), "integer": pl.Int64(), "number": pl.Float64(), "boolean": pl.Boolean()}
        if self.kind.endswith("s"):
            return pl.List(one[self.kind[:-1]])
        return one[self.kind]


@dataclass(frozen=True)
class Table:
    """A named, ordered set of columns."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Column names and polars types, in order."""
        return dict(self._schema)

    @cached_property
    def _schema(self) -> dict[str, pl.DataType]:
        return {column.name: column.dtype for column in self.columns}

    def frame(self, data: Mapping[str, Any] | list[dict[str, Any]] | None = None) -> pl.DataFrame:
        """A frame with exactly these columns and types; columns that ``data`` lacks are null."""
        import polars as pl

        schema = self.schema
        if data is None or len(data) == 0:
            return pl.DataFrame(schema=schema)
        if isinstance(data, list):
            return pl.DataFrame(data, schema=schema)
        height = max(len(values) for values in data.values())
        blank = {kind: pl.Series([None], dtype=kind).new_from_index(0, height) for kind in set(schema.values())}
        return pl.DataFrame(
            [_series(name, kind, data.get(name), blank[kind]) for name, kind in schema.items()]
        )


def _series(name: str, kind: pl.DataType, values: Any, blank: pl.Series) -> pl.Series:
    import polars as pl

    if values is None:
        return blank.alias(name)
    if isinstance(values, pl.Series) and values.dtype == kind:
        return values.alias(name)
    return pl.Series(name, values, dtype=kind, strict=False)
