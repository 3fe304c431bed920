"""Stored values out of pixel cells (PS3.5 8.1.1), by compiled loops, or by NumPy where nothing compiled is loaded yet.

Loading the first compiled loop of a process takes a second. Whoever opens one scan from an index needs no other one,
and NumPy makes its values in a tenth of that. Whole numbers in both: there is no last digit to differ in.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.formats.dicom.cell import Cell

Array = npt.NDArray[Any]


def compiled_is_loaded() -> bool:
    """Whether this process has paid for compiled loops already."""
    return "scan2train.kernels.compiling" in sys.modules


def shift(words: Array, out: Array, cell: Cell, add: int) -> bool:
    """Stored values plus a whole number.

    Parameters
    ----------
    words
        Flat array of cells whose lowest bit is bit 0.
    out
        Array of the same size and type, which must hold the values; may be ``words`` itself.
    add
        Rescale intercept; the slope is 1.

    Returns
    -------
    Whether spare bits hold something that is neither zero nor the sign.
    """
    if not compiled_is_loaded():
        return _shift(words, out, cell, add)
    from scan2train.kernels import stored_bits

    if out is words:
        return bool(stored_bits.shift_in_place(words, cell.mask, cell.sign, add))
    return bool(stored_bits.shift(words, out, cell.mask, cell.sign, add))


def mark_padding(words: Array, valid: Array, cell: Cell, low: float, high: float) -> int:
    """``valid`` becomes false where the stored value is within ``low`` and ``high``; returns how often that is."""
    if not compiled_is_loaded():
        return _mark_padding(words, valid, cell, low, high)
    from scan2train.kernels import stored_bits

    return int(stored_bits.mark_padding(words, valid, cell.shift, cell.mask, cell.sign, low, high))


def _shift(words: Array, out: Array, cell: Cell, add: int) -> bool:
    value = _stored(words, cell, words.dtype)
    spare = False
    if cell.stored < cell.allocated:
        beside = (words ^ value) & words & _as(~cell.mask, words.dtype)
        spare = bool(beside.any())
    np.add(value, _as(add, words.dtype), out=out)
    return spare


def _mark_padding(words: Array, valid: Array, cell: Cell, low: float, high: float) -> int:
    value = _stored(words >> _as(cell.shift, words.dtype), cell, np.dtype(np.int64))
    np.less(value, low, out=valid)
    valid |= value > high
    return int(valid.size - np.count_nonzero(valid))


def _stored(words: Array, cell: Cell, kind: np.dtype[Any]) -> Array:
    """The lowest bits of words, sign and all, in a type that has room for them."""
    value: Array = (words & _as(cell.mask, words.dtype)).astype(kind, copy=False)
    if cell.sign:
        value ^= _as(cell.sign, kind)
        value -= _as(cell.sign, kind)
    return value


def _as(number: int, kind: np.dtype[Any]) -> Any:
    """A number in the bits of a type: what does not fit is left out, as the hardware does."""
    bits = 8 * kind.itemsize
    return np.array(number & ((1 << bits) - 1), dtype=f"u{kind.itemsize}").view(kind)[()]
