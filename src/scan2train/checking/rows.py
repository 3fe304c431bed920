"""Rows of a table as mappings that fetch a cell when it is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl


class Cells:
    """The columns of a frame, each taken out of it when a rule first looks at it."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.names = tuple(frame.columns)
        self._frame = frame
        self._columns: dict[str, Any] = {}

    def cell(self, name: str, at: int) -> Any:
        """The value in one row; a list where the column holds lists."""
        column = self._columns.get(name)
        if column is None:
            if name not in self.names:
                raise KeyError(name)
            series = self._frame.get_column(name)
            # Lists of members are long, and only looked at in the few volumes that are suspect.
            column = series if isinstance(series.dtype, pl.List) else series.to_list()
            self._columns[name] = column
        value = column[at]
        return value.to_list() if isinstance(value, pl.Series) else value


class Row(Mapping[str, Any]):
    """One row of a frame."""

    __slots__ = ("_at", "_cells")

    def __init__(self, cells: Cells, at: int) -> None:
        self._cells = cells
        self._at = at

    def __getitem__(self, name: str) -> Any:
        return self._cells.cell(name, self._at)

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells.names)

    def __len__(self) -> int:
        return len(self._cells.names)


def rows(frame: pl.DataFrame) -> Iterator[Row]:
    """The rows of ``frame``, in order."""
    cells = Cells(frame)
    return (Row(cells, at) for at in range(frame.height))
