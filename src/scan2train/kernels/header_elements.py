"""One data element's header (PS3.5 7.1), and the plain integers it is made of.

Nothing here reads a byte before it has compared the offset with the end of the buffer.
"""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import inlined
from scan2train.kernels.header_codes import DECLINED, MORE, OK, TRUNCATED, VR_OTHER, VR_TABLE
from scan2train.kernels.header_desk import Array


@inlined
def byte(buf: Array, at: int) -> np.int64:
    """One byte as a signed 64-bit number, because unsigned ones would turn differences into floats.

    The offset is made unsigned, because signed ones may count from the end, which takes a test for each byte.
    """
    return np.int64(buf[np.uint64(at)])


@inlined
def word(buf: Array, at: int) -> np.uint64:
    """Eight bytes as one number, for comparing and mixing; the caller has checked that they are there."""
    one, low, high = np.uint64(at), np.uint64(0), np.uint64(0)
    low = np.uint64(buf[one]) | (np.uint64(buf[one + np.uint64(1)]) << np.uint64(8))
    low |= np.uint64(buf[one + np.uint64(2)]) << np.uint64(16)
    low |= np.uint64(buf[one + np.uint64(3)]) << np.uint64(24)
    high = np.uint64(buf[one + np.uint64(4)]) | (np.uint64(buf[one + np.uint64(5)]) << np.uint64(8))
    high |= np.uint64(buf[one + np.uint64(6)]) << np.uint64(16)
    high |= np.uint64(buf[one + np.uint64(7)]) << np.uint64(24)
    return low | (high << np.uint64(32))


@inlined
def u16(buf: Array, at: int, big: bool) -> int:
    """Two bytes as an unsigned number; the caller has checked that they are there."""
    if big:
        return (byte(buf, at) << 8) | byte(buf, at + 1)
    return byte(buf, at) | (byte(buf, at + 1) << 8)


@inlined
def u32(buf: Array, at: int, big: bool) -> int:
    """Four bytes as an unsigned number; the caller has checked that they are there."""
    if big:
        return (
            (byte(buf, at) << 24) | (byte(buf, at + 1) << 16) | (byte(buf, at + 2) << 8) | byte(buf, at + 3)
        )
    return byte(buf, at) | (byte(buf, at + 1) << 8) | (byte(buf, at + 2) << 16) | (byte(buf, at + 3) << 24)


@inlined
def vr_code(buf: Array, at: int) -> int:
    """Entry of the VR table for the two letters at ``at``; 0 if there is no such VR."""
    first, second = byte(buf, at) - 65, byte(buf, at + 1) - 65
    if first < 0 or first > 25 or second < 0 or second > 25:
        return 0
    return byte(VR_TABLE, first * 26 + second)


@inlined
def missing(n: int, size: int, need: int) -> int:
    """Whether ``need`` bytes are beyond the file (TRUNCATED), beyond the buffer (MORE), or there (OK)."""
    if need > size:
        return TRUNCATED
    if need > n:
        return MORE
    return OK


@inlined
def read_element(
    buf: Array, n: int, size: int, at: int, implicit: bool, big: bool
) -> tuple[int, int, int, int, int]:
    """Read an element's header at ``at``.

    Returns
    -------
    status, tag, class of the VR, length, offset of the value
        The class is VR_OTHER where the encoding names none. ``length`` may be UNDEFINED.
    """
    status = missing(n, size, at + 8)
    if status != OK:
        return status, 0, VR_OTHER, 0, at
    tag = (u16(buf, at, big) << 16) | u16(buf, at + 2, big)
    if implicit or (tag >> 16) == 0xFFFE:
        return OK, tag, VR_OTHER, u32(buf, at + 4, big), at + 8
    code = vr_code(buf, at + 4)
    if code == 0:
        return DECLINED, tag, VR_OTHER, 0, at
    if code & 2 == 0:
        return OK, tag, code >> 2, u16(buf, at + 6, big), at + 8
    status = missing(n, size, at + 12)
    if status != OK:
        return status, tag, VR_OTHER, 0, at
    return OK, tag, code >> 2, u32(buf, at + 8, big), at + 12
