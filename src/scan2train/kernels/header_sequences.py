"""Over a sequence to its end (PS3.5 7.5), however its lengths are given, without recursion."""

from __future__ import annotations

from scan2train.kernels.compiling import inner
from scan2train.kernels.header_codes import (
    BOMB,
    BROKEN,
    DEEP,
    LENGTH,
    LITTLE,
    MAX_DEPTH,
    MAX_ELEMENTS,
    OK,
    TRUNCATED,
    UNDEFINED,
    VR_BULK,
    VR_OTHER,
    VR_SQ,
    VR_UN,
)
from scan2train.kernels.header_desk import Array, Desk
from scan2train.kernels.header_elements import missing, read_element, u32

ITEM = 0xFFFEE000
ITEM_END = 0xFFFEE00D
SEQUENCE_END = 0xFFFEE0DD

_PLAIN, _SEQUENCE, _FRAGMENTS = 0, 1, 2
_KIND_IMPLICIT = 4  # added to a level's kind where its elements carry no VR
_KIND_ITEM, _KIND_SEQUENCE = 0, 1


@inner
def holds_items(vr: int, length: int, implicit: bool) -> int:
    """Whether a value is plain bytes, a sequence of items, or fragments of encapsulated data."""
    if vr == VR_SQ:
        return _SEQUENCE
    if length != UNDEFINED:
        return _PLAIN
    if vr == VR_UN or (implicit and vr == VR_OTHER):
        return _SEQUENCE
    return _FRAGMENTS if vr == VR_BULK else _SEQUENCE


@inner
def skip_fragments(buf: Array, n: int, size: int, at: int, big: bool) -> tuple[int, int]:
    """Over items of raw bytes up to and including the sequence delimiter."""
    while True:
        status = missing(n, size, at + 8)
        if status != OK:
            return status, at
        _, tag, _, length, value = read_element(buf, n, size, at, LITTLE, big)
        if tag == SEQUENCE_END:
            return OK, value
        if tag != ITEM:
            return BROKEN, at
        if length > size - value:
            return LENGTH, at
        at = value + length


@inner
def skip_sequence(
    buf: Array, n: int, size: int, start: int, length: int, implicit: bool, big: bool, desk: Desk
) -> tuple[int, int]:
    """Over the items of a sequence whose value begins at ``start``.

    Returns
    -------
    status, offset
        The offset behind the sequence, or where it went wrong. Depth and number of elements are bounded.
    """
    ends, kinds, bounds = desk.ends[0], desk.ends[1], desk.ends[2]
    level = 0
    bounds[0] = size if length == UNDEFINED else start + length
    ends[0] = -1 if length == UNDEFINED else start + length
    kinds[0] = _KIND_SEQUENCE + (_KIND_IMPLICIT if implicit else 0)
    if bounds[0] > size:
        return LENGTH, start
    at = start
    while level >= 0:
        bound, plain_vr = bounds[level], kinds[level] >= _KIND_IMPLICIT
        if ends[level] == at:
            level -= 1
            continue
        if at + 8 > bound and bound < size:
            return BROKEN, at
        in_sequence = kinds[level] & 3 == _KIND_SEQUENCE
        status, tag, vr, count, value = read_element(buf, n, size, at, plain_vr or in_sequence, big)
        if status != OK:
            return status, at
        desk.n_elements += 1
        if desk.n_elements > MAX_ELEMENTS:
            return BOMB, at
        if tag == (SEQUENCE_END if in_sequence else ITEM_END):
            if ends[level] >= 0:
                return BROKEN, at
            at = value
            level -= 1
            continue
        if in_sequence:
            if tag != ITEM:
                return BROKEN, at
            desk.n_items += 1
            inner = _SEQUENCE
        else:
            if tag >= 0xFFFE0000:
                return BROKEN, at
            inner = holds_items(vr, count, plain_vr)
        if count != UNDEFINED and count > bound - value:
            return LENGTH if bound == size else BROKEN, at
        if inner == _FRAGMENTS:
            status, at = skip_fragments(buf, n, bound, value, big)
            if status != OK:
                return status, at
            continue
        if inner == _PLAIN:
            at = value + count
            continue
        # An item opens inside a sequence, a sequence inside an item; a level is pushed for either.
        level += 1
        if level > 2 * MAX_DEPTH:
            return DEEP, at
        ends[level] = -1 if count == UNDEFINED else value + count
        bounds[level] = bound if count == UNDEFINED else value + count
        implicit_here = plain_vr or (not in_sequence and vr == VR_UN)
        kinds[level] = (_KIND_ITEM if in_sequence else _KIND_SEQUENCE) + (
            _KIND_IMPLICIT if implicit_here else 0
        )
        at = value
    return OK, at


@inner
def next_item(buf: Array, at: int, end: int, big: bool) -> tuple[bool, int, int]:
    """The item at ``at`` of a sequence that has been walked before: whether there is one, length, value."""
    if at + 8 > end or u32(buf, at, LITTLE) != (0xE000FFFE if not big else 0x00E0FEFF):
        return False, 0, at
    return True, u32(buf, at + 4, big), at + 8


@inner
def end_of_item(buf: Array, end: int, value: int, length: int, implicit: bool, big: bool, desk: Desk) -> int:
    """Where an item of undefined length ends (its delimiter included), or ``value + length``; -1 if nowhere."""
    if length != UNDEFINED:
        return value + length
    at = value
    while at + 8 <= end:
        status, tag, vr, count, inner = read_element(buf, end, end, at, implicit, big)
        if status != OK or status == TRUNCATED:
            return -1
        if tag == ITEM_END:
            return int(inner)
        kind = holds_items(vr, count, implicit)
        if kind == _PLAIN:
            at = inner + count
        elif kind == _FRAGMENTS:
            status, at = skip_fragments(buf, end, end, inner, big)
        else:
            status, at = skip_sequence(buf, end, end, inner, count, implicit or vr == VR_UN, big, desk)
        if status != OK:
            return -1
    return -1
