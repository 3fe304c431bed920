"""Which volumes are decoded, each with what is declared of it where it is a mask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import polars as pl

from scan2train.checking.declared import Declarations
from scan2train.checking.pixels import Item
from scan2train.index import Index


def items_of(index: Index) -> Sequence[Item]:
    """Every volume of an index; rows are made when they are handed out, so that memory does not grow with them."""
    return _Items(index.volumes, Declarations())


class _Items(Sequence[Item]):
    def __init__(self, volumes: pl.DataFrame, declared: Declarations) -> None:
        self._volumes = volumes
        self._declared = declared

    def __len__(self) -> int:
        return self._volumes.height

    @overload
    def __getitem__(self, at: int) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> _Items: ...
    def __getitem__(self, at: int | slice) -> Item | _Items:
        if isinstance(at, slice):
            return _Items(self._volumes[at], self._declared)
        if at >= self._volumes.height:
            raise IndexError(at)
        row = self._volumes.row(at, named=True)
        return row, self._declared.of(row) if row["role"] == "labels" else None
