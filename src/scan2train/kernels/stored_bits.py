"""From the bits of pixel cells to stored values, and from these to values (PS3.5 8.1.1, PS3.3 C.11.1.1.2).

A cell of ``width`` bits holds the stored value in ``bits`` bits, the lowest of them bit ``shift``; the spare bits
beside them may hold anything. Each kernel takes the cell's layout, so that no intermediate array is needed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.kernels.compiling import outer

Array = npt.NDArray[Any]


@outer
def shift_in_place(words: Array, mask: int, sign: int, add: int) -> int:
    """Stored value plus a whole number, in place; for cells whose lowest bit is bit 0 and slope 1.

    Parameters
    ----------
    words
        Flat array of cells; becomes the values, which its type must hold.
    mask
        The bits of the stored value.
    sign
        The sign bit, or 0 for unsigned values.
    add
        Rescale intercept.

    Returns
    -------
    Non-zero where spare bits hold something that is neither zero nor the sign.
    """
    # Every step cast to the words' own type, so that the loop runs on whole vectors of them.
    kind = words.dtype.type
    spare, used, top, plus, unused = kind(0), kind(mask), kind(sign), kind(add), kind(~mask)
    for at in range(words.size):
        raw = words[at]
        value = kind(kind(kind(raw & used) ^ top) - top)
        spare = kind(spare | kind(kind(kind(raw ^ value) & raw) & unused))
        words[at] = kind(value + plus)
    return spare


@outer
def shift(words: Array, out: Array, mask: int, sign: int, add: int) -> int:
    """As :func:`shift_in_place`, from one array into another of the same type.

    A loop of its own: where the two are one array, this one does not run on whole vectors, and takes 13 times as long.
    """
    kind = words.dtype.type
    spare, used, top, plus, unused = kind(0), kind(mask), kind(sign), kind(add), kind(~mask)
    for at in range(words.size):
        raw = words[at]
        value = kind(kind(kind(raw & used) ^ top) - top)
        spare = kind(spare | kind(kind(kind(raw ^ value) & raw) & unused))
        out[at] = kind(value + plus)
    return spare


@outer
def whole_values(words: Array, out: Array, shift: int, mask: int, sign: int, slope: int, add: int) -> int:
    """``out = slope * stored + add`` in whole numbers; see :func:`shift_in_place`. Arrays must not overlap."""
    spare = 0
    for at in range(words.size):
        raw = int(words[at]) >> shift
        value = ((raw & mask) ^ sign) - sign
        spare |= (raw ^ value) & raw & ~mask
        out[at] = slope * value + add
    return spare


@outer
def real_values(words: Array, out: Array, shift: int, mask: int, sign: int, slope: float, add: float) -> int:
    """``out = slope * stored + add`` in double precision; see :func:`shift_in_place`."""
    spare = 0
    for at in range(words.size):
        raw = int(words[at]) >> shift
        value = ((raw & mask) ^ sign) - sign
        spare |= (raw ^ value) & raw & ~mask
        out[at] = slope * np.float64(value) + add
    return spare


@outer
def mark_padding(words: Array, valid: Array, shift: int, mask: int, sign: int, low: int, high: int) -> int:
    """``valid`` becomes false where the stored value is within ``low`` and ``high``; returns how often that is."""
    count = 0
    for at in range(words.size):
        raw = int(words[at]) >> shift
        value = ((raw & mask) ^ sign) - sign
        padded = low <= value <= high
        valid[at] = not padded
        count += padded
    return count
