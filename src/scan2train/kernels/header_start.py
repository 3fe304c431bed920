"""How a file begins: preamble, meta group, and which encoding the data set is in (PS3.10 7.1, PS3.5 10.1, A.4)."""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import inner
from scan2train.kernels.header_codes import (
    BIG,
    DECLINED,
    DICOMDIR,
    FOREIGN,
    LENGTH,
    LITTLE,
    ODD_EXECUTABLE,
    ODD_META_LENGTH,
    ODD_NO_META,
    ODD_NO_PREAMBLE,
    ODD_NO_SYNTAX,
    ODD_PREAMBLE,
    ODD_UNKNOWN_SYNTAX,
    OK,
    START,
    SYNTAX_BIG,
    SYNTAX_DEFLATED,
    SYNTAX_ENCAPSULATED,
    SYNTAX_EXPLICIT,
    SYNTAX_IMPLICIT,
    SYNTAX_MISSING,
    SYNTAX_UNKNOWN,
    TRUNCATED,
)
from scan2train.kernels.header_desk import Array, Desk
from scan2train.kernels.header_elements import missing, read_element, u16, u32, vr_code
from scan2train.kernels.header_row import clear_slot
from scan2train.kernels.header_values import keep_text, strip


def _ascii(text: str) -> Array:
    return np.frombuffer(text.encode(), dtype=np.uint8)


#: Bytes that broken copies have left in front of a data set without preamble.
_STRAY = 3
_STEM = _ascii("1.2.840.10008.1.2")
_DICOMDIR = _ascii("1.2.840.10008.1.3.10")
_SYNTAX = 0x00020010
_CLASS = 0x00020002


@inner
def begins(buf: Array, start: int, stop: int, text: Array) -> bool:
    """Whether ``buf[start:stop]`` begins with ``text``."""
    if stop - start < text.size:
        return False
    differing = 0
    for k in range(text.size):
        differing |= buf[start + k] ^ text[k]
    return differing == 0


@inner
def syntax_of(buf: Array, start: int, stop: int) -> int:
    """The encoding that a Transfer Syntax UID names."""
    if start == stop:
        return SYNTAX_MISSING
    if not begins(buf, start, stop, _STEM):
        return SYNTAX_UNKNOWN
    rest, at = stop - start - _STEM.size, start + _STEM.size
    if rest == 0:
        return SYNTAX_IMPLICIT
    if buf[at] != 46:
        return SYNTAX_UNKNOWN
    if rest == 2 and buf[at + 1] == 49:
        return SYNTAX_EXPLICIT
    if rest == 2 and buf[at + 1] == 50:
        return SYNTAX_BIG
    if rest == 2 and buf[at + 1] == 53:
        return SYNTAX_ENCAPSULATED
    if rest == 5 and buf[at + 1] == 49 and buf[at + 2] == 46 and buf[at + 3] == 57 and buf[at + 4] == 57:
        return SYNTAX_DEFLATED
    if rest == 5 and buf[at + 1] == 49 and buf[at + 2] == 46 and buf[at + 3] == 57 and buf[at + 4] == 56:
        return SYNTAX_ENCAPSULATED
    if rest > 3 and buf[at + 1] in (52, 55, 56) and buf[at + 2] == 46:
        return SYNTAX_ENCAPSULATED
    return SYNTAX_UNKNOWN


@inner
def preamble_oddity(buf: Array) -> int:
    """What the first 128 bytes are, where they are not zeros or a TIFF header (PS3.10 7.1)."""
    a, b, c, d = buf[0], buf[1], buf[2], buf[3]
    if (a == 77 and b == 90) or (a == 35 and b == 33) or (a == 127 and b == 69 and c == 76 and d == 70):
        return ODD_EXECUTABLE
    word = u32(buf, START, BIG)
    if word in (0xFEEDFACE, 0xFEEDFACF, 0xCEFAEDFE, 0xCFFAEDFE, 0xCAFEBABE):
        return ODD_EXECUTABLE
    if word in (0x49492A00, 0x4D4D002A, 0x49492B00, 0x4D4D002B):
        return 0
    for k in range(128):
        if buf[k] != 0:
            return ODD_PREAMBLE
    return 0


@inner
def guess(buf: Array, n: int, size: int, at: int) -> int:
    """The encoding of a data set that begins at ``at``, from its first element; SYNTAX_UNKNOWN if it is none."""
    if missing(n, size, at + 8) != OK:
        return SYNTAX_UNKNOWN
    little, big = u16(buf, at, LITTLE), u16(buf, at, BIG)
    known = vr_code(buf, at + 4) != 0
    if 0 < little <= 0x0040 and (little & 1) == 0:
        if known:
            return SYNTAX_EXPLICIT
        length = u32(buf, at + 4, LITTLE)
        return SYNTAX_IMPLICIT if length <= size - at - 8 and length < 65536 else SYNTAX_UNKNOWN
    if 0 < big <= 0x0040 and (big & 1) == 0 and known:
        return SYNTAX_BIG
    return SYNTAX_UNKNOWN


@inner
def bare(buf: Array, n: int, size: int, at: int) -> bool:
    """Whether a data set plausibly begins at ``at``: two elements, the first of group 2 or 8, in rising order."""
    syntax = guess(buf, n, size, at)
    if syntax == SYNTAX_UNKNOWN:
        return False
    implicit, big = syntax == SYNTAX_IMPLICIT, syntax == SYNTAX_BIG
    status, tag, _, length, value = read_element(buf, n, size, at, implicit, big)
    if status != OK or (tag >> 16) not in (0x0002, 0x0008) or length > size - value:
        return False
    if value + length + 8 > n:
        return value + length + 8 <= size or not implicit
    status, after, _, length, value = read_element(buf, n, size, value + length, implicit, big)
    return status == OK and tag < after < 0x7FE1FFFF and (after >> 16) <= 0x0040


@inner
def read_start(buf: Array, n: int, size: int, desk: Desk) -> int:
    """Fill the facts up to the first element of the data set; returns the status."""
    if n >= 132 and u32(buf, START + 128, BIG) == 0x4449434D:
        desk.odd |= preamble_oddity(buf)
        at = 132
    elif n >= 4 and u32(buf, START, BIG) == 0x4449434D:
        desk.odd |= ODD_NO_PREAMBLE
        at = 4
    else:
        desk.odd |= ODD_NO_PREAMBLE
        at = 0
        while not bare(buf, n, size, START + at):
            at += 1
            if at > _STRAY:
                return FOREIGN
    syntax, meta_end, directory = SYNTAX_MISSING, -1, False
    begin = at
    while True:
        if at == size and begin == at:
            desk.at = at
            return TRUNCATED
        if at + 4 <= n and u16(buf, at, LITTLE) != 0x0002:
            break
        status, tag, _, length, value = read_element(buf, n, size, at, LITTLE, LITTLE)
        desk.at, desk.at_tag, desk.found = at, tag, length
        if status != OK:
            return status if status != DECLINED or at > begin else DECLINED
        if length > size - value:
            return LENGTH if length > size else TRUNCATED
        status = missing(n, size, value + length)
        if status != OK:
            return status
        if tag == 0x00020000 and length == 4:
            meta_end = value + 4 + u32(buf, value, LITTLE)
        elif tag == _SYNTAX:
            start, stop = strip(buf, value, value + length)
            syntax = syntax_of(buf, start, stop)
            clear_slot(START, desk)
            desk.seen[0] = desk.stamp
            keep_text(buf, start, stop, START, LITTLE, desk)
        elif tag == _CLASS:
            start, stop = strip(buf, value, value + length)
            directory = stop - start == _DICOMDIR.size and begins(buf, start, stop, _DICOMDIR)
        at = value + length
    desk.data_at = at
    desk.at = at
    if at == begin:
        desk.odd |= ODD_NO_META
    elif meta_end >= 0 and meta_end != at:
        desk.odd |= ODD_META_LENGTH
    if directory:
        return DICOMDIR
    if syntax == SYNTAX_MISSING:
        desk.odd |= ODD_NO_SYNTAX if at > begin else 0
    elif syntax == SYNTAX_UNKNOWN:
        desk.odd |= ODD_UNKNOWN_SYNTAX
    desk.syntax = syntax
    return OK
