"""From the first element of a data set to its pixel data, in one pass over the bytes.

Elements are walked in the order of the file (PS3.5 7.1 demands rising tags; files that break this are walked all the
same). Every length is compared with the file before it is used; a nested pixel data element, an icon's, never counts.
"""

from __future__ import annotations

from scan2train.kernels.compiling import inner, merged
from scan2train.kernels.header_again import walk_again
from scan2train.kernels.header_codes import (
    BOMB,
    BROKEN,
    DEFLATED,
    LENGTH,
    MAX_DUPLICATES,
    MAX_ELEMENTS,
    MISMATCH,
    NO_PIXELS,
    NOTHING,
    ODD_DUPLICATE,
    ODD_ODD_LENGTH,
    ODD_ORDER,
    ODD_SYNTAX_LIES,
    OK,
    SEQUENCE,
    SYNTAX_BIG,
    SYNTAX_DEFLATED,
    SYNTAX_ENCAPSULATED,
    SYNTAX_EXPLICIT,
    SYNTAX_IMPLICIT,
    SYNTAX_MISSING,
    SYNTAX_UNKNOWN,
    TRUNCATED,
)
from scan2train.kernels.header_collect import is_groups, over_sequence
from scan2train.kernels.header_desk import Array, Desk
from scan2train.kernels.header_elements import missing, read_element
from scan2train.kernels.header_row import (
    add_line,
    begin_row,
    check_vr,
    clear_all,
    end_row,
    forget_row,
    note_pixels,
)
from scan2train.kernels.header_sequences import holds_items
from scan2train.kernels.header_start import guess, read_start
from scan2train.kernels.header_values import keep_all

_CHARSET = 0x00080005
_FLOAT, _DOUBLE, _PIXELS = 0x7FE00008, 0x7FE00009, 0x7FE00010


@merged
def walk(buf: Array, n: int, size: int, inflated: bool, old: Array, row: int, desk: Desk) -> int:
    """Walk the header in ``buf[:n]``, the beginning of a file of ``size`` bytes, into row ``row``.

    ``inflated`` says that what follows the meta group has been inflated already, ``old`` is what ``buf`` was for the
    file before. Returns the status; the facts say where it arose. MORE asks for a longer beginning of the same file.
    """
    begin_row(row, desk)
    status = walk_from_start(buf, n, size, inflated, old, desk)
    if status != OK and desk.clean == 1:
        forget_row(desk)
    end_row(status == OK, desk)
    return status


@merged
def walk_from_start(buf: Array, n: int, size: int, inflated: bool, old: Array, desk: Desk) -> int:
    """The preamble, the meta group, and the data set in the encoding that it is in."""
    status = read_start(buf, n, size, desk)
    if status != OK:
        return status
    at, syntax = desk.data_at, desk.syntax
    if syntax == SYNTAX_DEFLATED and not inflated:
        return DEFLATED
    status = missing(n, size, at + 8)
    if status != OK:
        return NO_PIXELS if at == size else status
    there = guess(buf, n, size, at)
    if syntax == SYNTAX_MISSING:
        syntax = there if there != SYNTAX_UNKNOWN else SYNTAX_IMPLICIT
        desk.syntax = syntax
    elif there != SYNTAX_UNKNOWN:
        told = SYNTAX_EXPLICIT if syntax in (SYNTAX_ENCAPSULATED, SYNTAX_DEFLATED, SYNTAX_UNKNOWN) else syntax
        if told != there:
            desk.odd |= ODD_SYNTAX_LIES
            if SYNTAX_BIG in (told, there):
                desk.at = at
                return MISMATCH
            desk.syntax = there if syntax in (SYNTAX_IMPLICIT, SYNTAX_EXPLICIT) else syntax
            syntax = there
    elif syntax in (SYNTAX_BIG, SYNTAX_IMPLICIT, SYNTAX_EXPLICIT) and not_a_data_set(
        buf, at, syntax == SYNTAX_BIG
    ):
        desk.at = at
        return MISMATCH
    implicit, big = syntax == SYNTAX_IMPLICIT, syntax == SYNTAX_BIG
    if desk.clean == 1:
        odd = desk.odd
        same = syntax == desk.encoding and odd == 0
        if same and walk_again(buf, n, size, at, implicit, big, old, desk):
            return OK
        forget_row(desk)
        desk.odd, desk.pixel_at, desk.pixel_length = odd, 0, 0
    desk.encoding = syntax
    return walk_elements(buf, n, size, at, implicit, big, desk)


@inner
def not_a_data_set(buf: Array, at: int, big: bool) -> bool:
    """Whether the first group number is one only when its bytes are swapped."""
    first, second = buf[at + (1 if big else 0)], buf[at + (0 if big else 1)]
    return first == 0 and second != 0


@inner
def walk_elements(buf: Array, n: int, size: int, at: int, implicit: bool, big: bool, desk: Desk) -> int:
    """The elements of the top level, up to the pixel data."""
    n_top = desk.n_top
    before, want = -1, 0
    while True:
        desk.at = at
        if at == size:
            return NO_PIXELS
        status, tag, vr, length, value = read_element(buf, n, size, at, implicit, big)
        desk.at_tag, desk.found = tag, length
        if status != OK:
            return status
        desk.n_elements += 1
        if desk.n_elements > MAX_ELEMENTS:
            return BOMB
        if tag >= 0xFFFC0000:
            if tag == 0xFFFCFFFC:
                return NO_PIXELS
            return BROKEN
        if tag <= before:
            desk.odd |= ODD_DUPLICATE if tag == before else ODD_ORDER
            want = 0
        before = tag
        if tag in (_PIXELS, _FLOAT, _DOUBLE):
            add_line(at, tag, NOTHING, desk)
            return note_pixels(size, tag, length, value, desk)
        while want < n_top and desk.tag[want] < tag:
            want += 1
        wanted = want < n_top and desk.tag[want] == tag
        add_line(at, tag, want if wanted else NOTHING, desk)
        if wanted and desk.seen[want] == desk.stamp:
            desk.odd |= ODD_DUPLICATE
            desk.n_duplicates += 1
            if desk.n_duplicates > MAX_DUPLICATES:
                return BOMB
        named = is_groups(tag) or (wanted and desk.kind[want] == SEQUENCE)
        if holds_items(vr, length, implicit) != 0 or named:
            status, after = over_sequence(
                buf, n, size, tag, vr, length, value, implicit, big, want if wanted else -1, desk
            )
            if status != OK:
                return status
            at = after
            continue
        if length > size - value:
            return LENGTH if length > size else TRUNCATED
        if length & 1:
            desk.odd |= ODD_ODD_LENGTH
        if wanted:
            status = missing(n, size, value + length)
            if status != OK:
                return status
            desk.seen[want] = desk.stamp
            status = check_vr(vr, length, want, desk)
            if status != OK:
                return status
            clear_all(tag, want, desk)
            keep_all(buf, value, length, vr, big, tag, want, n_top, desk)
            if tag == _CHARSET:
                desk.charset = desk.codes[desk.slot[want]]
        at = value + length
