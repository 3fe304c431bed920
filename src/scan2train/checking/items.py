"""Which volumes are decoded, each with what is declared of it where it is a mask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import polars as pl

from scan2train.checking.pixels import Item
from scan2train.index import Index


def items_of(index: Index) -> Sequence[Item]:
    """Every volume of an index; rows are made when they are handed out, so that memory does not grow with them."""
    return _Items(index.volumes)


class _Items(Sequence[Item]):
    def __init__(self, volumes: pl.DataFrame) -> None:
        self._volumes = volumes

    def __len__(self) -> int:
        return self._volumes.height

    @overload
    def __getitem__(self, at: int) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> _Items: ...
    def __getitem__(self, at: int | slice) -> Item | _Items:
        if isinstance(at, slice):
            return _Items(self._volumes[at])
        if at >= self._volumes.height:
            raise IndexError(at)
        row = self._volumes.row(at, named=True)
        return row, {} if row["role"] == "labels" else None
