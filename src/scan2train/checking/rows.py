"""Rows of a table as mappings that fetch a cell when it is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl


class Row(Mapping[str, Any]):
    """One row of a frame. Lists of members, which few rules look at, are made only when asked for."""

    __slots__ = ("_at", "_cells")

    def __init__(self, cells: _Cells, at: int) -> None:
        self._cells = cells
        self._at = at

    def __getitem__(self, name: str) -> Any:
        cell = self._cells.column(name)[self._at]
        return cell.to_list() if isinstance(cell, pl.Series) else cell

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells.names)

    def __len__(self) -> int:
        return len(self._cells.names)


class _Cells:
    """The columns of a frame, each taken out of it at most once."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.names = tuple(frame.columns)
        self._frame = frame
        self._columns: dict[str, Any] = {}

    def column(self, name: str) -> Any:
        found = self._columns.get(name)
        if found is None:
            series = self._frame.get_column(name) if name in self.names else None
            if series is None:
                raise KeyError(name)
            found = series if isinstance(series.dtype, pl.List) else series.to_list()
            self._columns[name] = found
        return found


def rows(frame: pl.DataFrame) -> Iterator[Row]:
    """The rows of ``frame``, in order."""
    cells = _Cells(frame)
    return (Row(cells, at) for at in range(frame.height))
