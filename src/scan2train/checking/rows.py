"""Rows of a table as mappings that fetch a cell when it is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

#: So many rows at a time: lists of members, which few rules look at, are made for as many at once and then let go.
_BLOCK = 4096


class Row(Mapping[str, Any]):
    """One row of a frame. Columns that no rule looks at are never turned into Python objects."""

    __slots__ = ("_at", "_cells")

    def __init__(self, cells: _Cells, at: int) -> None:
        self._cells = cells
        self._at = at

    def __getitem__(self, name: str) -> Any:
        return self._cells.column(name)[self._at]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells.names)

    def __len__(self) -> int:
        return len(self._cells.names)


class _Cells:
    """The columns of a frame, each taken out of it at most once."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.names = tuple(frame.columns)
        self._frame = frame
        self._columns: dict[str, list[Any]] = {}

    def column(self, name: str) -> list[Any]:
        found = self._columns.get(name)
        if found is None:
            if name not in self.names:
                raise KeyError(name)
            found = self._columns[name] = self._frame.get_column(name).to_list()
        return found


def rows(frame: pl.DataFrame) -> Iterator[Row]:
    """The rows of ``frame``, in order."""
    for block in frame.iter_slices(_BLOCK):
        cells = _Cells(block)
        yield from (Row(cells, at) for at in range(block.height))
