"""Which stored values are padding (PS3.3 C.7.5.1.1.2)."""

from __future__ import annotations

from scan2train.formats.dicom.cell import Cell


def padding_range(cell: Cell, value: int | None, limit: int | None) -> tuple[int, int] | None:
    """Lowest and highest stored value that mean "no data"; ``None`` where none is declared.

    Pixel Padding Value alone, or the range between it and Pixel Padding Range Limit, both included. Some writers
    put the value of a signed image as an unsigned number (63536 for −2000): it is taken modulo 2^BitsAllocated,
    into the range that Pixel Representation allows. A value no cell can hold marks nothing.
    """
    if value is None or cell.kind in ("float", "double") or cell.samples > 1:
        return None
    ends = [_as_stored(cell, end) for end in (value, value if limit is None else limit)]
    low, high = min(ends), max(ends)
    smallest, largest = cell.limits
    return None if high < smallest or low > largest else (low, high)


def _as_stored(cell: Cell, value: int) -> int:
    smallest, largest = cell.limits
    if smallest <= value <= largest:
        return value
    wrapped = value % (1 << cell.allocated)
    if cell.signed and wrapped >= 1 << (cell.allocated - 1):
        wrapped -= 1 << cell.allocated
    return wrapped
