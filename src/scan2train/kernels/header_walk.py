"""From the first element of a data set to its pixel data, in one pass over the bytes.

Elements are walked in the order of the file (PS3.5 7.1 demands rising tags; files that break this are walked all the
same). Every length is compared with the file before it is used; a nested pixel data element, an icon's, never counts.
"""

from __future__ import annotations

from scan2train.kernels.header_again import add_line, begin_row, clear_entry, end_row, line_behind, pass_over
from scan2train.kernels.header_codes import (
    BOMB,
    BROKEN,
    DEFLATED,
    F_AT,
    F_DATA_AT,
    F_ODD,
    F_PIXEL_AT,
    F_PIXEL_KIND,
    F_PIXEL_LENGTH,
    F_SEEN,
    F_SYNTAX,
    F_TAG,
    LENGTH,
    MARK_US_ONLY,
    MAX_DUPLICATES,
    MAX_ELEMENTS,
    MISMATCH,
    NO_PIXELS,
    NOTHING,
    ODD_DUPLICATE,
    ODD_ODD_LENGTH,
    ODD_ORDER,
    ODD_SYNTAX_LIES,
    ODD_VR,
    OK,
    PIXEL_DOUBLE,
    PIXEL_ENCAPSULATED,
    PIXEL_FLOAT,
    PIXEL_NATIVE,
    S_CHARSET,
    S_DUPLICATES,
    S_ELEMENTS,
    S_ENCODING,
    S_LINES,
    S_SIDE,
    S_STAMP,
    S_TOP,
    SEQUENCE,
    SYNTAX_BIG,
    SYNTAX_DEFLATED,
    SYNTAX_ENCAPSULATED,
    SYNTAX_EXPLICIT,
    SYNTAX_IMPLICIT,
    SYNTAX_MISSING,
    SYNTAX_UNKNOWN,
    TRUNCATED,
    UNDEFINED,
    VR_OTHER,
    VR_TEXT,
    VR_UN,
    VR_US,
    WRONG_VR,
)
from scan2train.kernels.header_collect import over_sequence
from scan2train.kernels.header_desk import Array, Desk, inner
from scan2train.kernels.header_elements import missing, read_element
from scan2train.kernels.header_sequences import (
    holds_items,
)
from scan2train.kernels.header_start import guess, read_start
from scan2train.kernels.header_values import keep_value

_CHARSET = 0x00080005
_FLOAT, _DOUBLE, _PIXELS = 0x7FE00008, 0x7FE00009, 0x7FE00010


@inner
def walk(buf: Array, n: int, size: int, inflated: bool, old: Array, row: int, desk: Desk) -> int:
    """Walk the header in ``buf[:n]``, the beginning of a file of ``size`` bytes, into row ``row``.

    ``inflated`` says that what follows the meta group has been inflated already, ``old`` is what ``buf`` was for the
    file before. Returns the status; the facts say where it arose. MORE asks for a longer beginning of the same file.
    """
    begin_row(row, desk)
    status = walk_from_start(buf, n, size, inflated, old, desk)
    end_row(status == OK, desk)
    return status


@inner
def walk_from_start(buf: Array, n: int, size: int, inflated: bool, old: Array, desk: Desk) -> int:
    """The preamble, the meta group, and the data set in the encoding that it is in."""
    fact, encoding = desk.facts, desk.state[S_ENCODING]
    desk.state[S_ENCODING] = -1
    status = read_start(buf, n, size, desk)
    if status != OK:
        return status
    at, syntax = fact[F_DATA_AT], fact[F_SYNTAX]
    if syntax == SYNTAX_DEFLATED and not inflated:
        return DEFLATED
    status = missing(n, size, at + 8)
    if status != OK:
        return NO_PIXELS if at == size else status
    there = guess(buf, n, size, at)
    if syntax == SYNTAX_MISSING:
        syntax = there if there != SYNTAX_UNKNOWN else SYNTAX_IMPLICIT
        fact[F_SYNTAX] = syntax
    elif there != SYNTAX_UNKNOWN:
        told = SYNTAX_EXPLICIT if syntax in (SYNTAX_ENCAPSULATED, SYNTAX_DEFLATED, SYNTAX_UNKNOWN) else syntax
        if told != there:
            fact[F_ODD] |= ODD_SYNTAX_LIES
            if SYNTAX_BIG in (told, there):
                fact[F_AT] = at
                return MISMATCH
            fact[F_SYNTAX] = there if syntax in (SYNTAX_IMPLICIT, SYNTAX_EXPLICIT) else syntax
            syntax = there
    elif syntax in (SYNTAX_BIG, SYNTAX_IMPLICIT, SYNTAX_EXPLICIT) and not_a_data_set(
        buf, at, syntax == SYNTAX_BIG
    ):
        fact[F_AT] = at
        return MISMATCH
    implicit, big = syntax == SYNTAX_IMPLICIT, syntax == SYNTAX_BIG
    desk.state[S_ENCODING] = (1 if implicit else 0) + (2 if big else 0)
    if encoding != desk.state[S_ENCODING]:
        desk.state[S_LINES + 1 - desk.state[S_SIDE]] = 0
    return walk_elements(buf, n, size, at, implicit, big, old, desk)


@inner
def not_a_data_set(buf: Array, at: int, big: bool) -> bool:
    """Whether the first group number is one only when its bytes are swapped."""
    first, second = buf[at + (1 if big else 0)], buf[at + (0 if big else 1)]
    return first == 0 and second != 0


@inner
def walk_elements(
    buf: Array, n: int, size: int, at: int, implicit: bool, big: bool, old: Array, desk: Desk
) -> int:
    """The elements of the top level, up to the pixel data."""
    fact, n_top = desk.facts, desk.state[S_TOP]
    before, want, past = -1, 0, 0
    while True:
        if fact[F_ODD] == 0:
            at, past, before = pass_over(buf, n, old, at, past, before, desk)
        fact[F_AT] = at
        if at == size:
            return NO_PIXELS
        status, tag, vr, length, value = read_element(buf, n, size, at, implicit, big)
        fact[F_TAG], fact[F_SEEN] = tag, length
        if status != OK:
            return status
        desk.state[S_ELEMENTS] += 1
        if desk.state[S_ELEMENTS] > MAX_ELEMENTS:
            return BOMB
        if tag >= 0xFFFC0000:
            if tag == 0xFFFCFFFC:
                return NO_PIXELS
            return BROKEN
        if tag <= before:
            fact[F_ODD] |= ODD_DUPLICATE if tag == before else ODD_ORDER
            want = 0
        before = tag
        past = line_behind(tag, past, desk)
        if tag in (_PIXELS, _FLOAT, _DOUBLE):
            add_line(at, tag, NOTHING, desk)
            return note_pixels(size, tag, length, value, desk)
        while want < n_top and desk.tag[want] < tag:
            want += 1
        wanted = want < n_top and desk.tag[want] == tag
        add_line(at, tag, want if wanted else NOTHING, desk)
        if wanted and desk.seen[want] == desk.state[S_STAMP]:
            fact[F_ODD] |= ODD_DUPLICATE
            desk.state[S_DUPLICATES] += 1
            if desk.state[S_DUPLICATES] > MAX_DUPLICATES:
                return BOMB
        if holds_items(vr, length, implicit) != 0 or (wanted and desk.kind[want] == SEQUENCE):
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
            fact[F_ODD] |= ODD_ODD_LENGTH
        if wanted:
            status = missing(n, size, value + length)
            if status != OK:
                return status
            desk.seen[want] = desk.state[S_STAMP]
            status = check_vr(vr, length, want, desk)
            if status != OK:
                return status
            for entry in range(want, n_top):
                if desk.tag[entry] != tag:
                    break
                clear_entry(entry, desk)
                desk.held[entry] = 1
                fact[F_ODD] |= keep_value(buf, value, length, vr, big, entry, desk)
                if tag == _CHARSET and desk.slot[entry] >= 0:
                    desk.state[S_CHARSET] = desk.codes[desk.slot[entry]]
        at = value + length


@inner
def check_vr(vr: int, length: int, entry: int, desk: Desk) -> int:
    """Refuse a VR that an attribute which describes pixels cannot have; note others that do not fit."""
    if desk.mark[entry] & MARK_US_ONLY:
        fits = vr in (VR_US, VR_OTHER, VR_UN) and length == 2
        return OK if fits or length == 0 else WRONG_VR
    if vr not in (VR_OTHER, VR_UN) and (vr == VR_TEXT) != (desk.vr[entry] == VR_TEXT):
        desk.facts[F_ODD] |= ODD_VR
    return OK


@inner
def note_pixels(size: int, tag: int, length: int, value: int, desk: Desk) -> int:
    """Where the pixel data lies; its fragments are looked at later."""
    fact = desk.facts
    fact[F_PIXEL_AT], fact[F_PIXEL_LENGTH] = value, length
    compressed = fact[F_SYNTAX] == SYNTAX_ENCAPSULATED
    if length == UNDEFINED:
        if not compressed and fact[F_SYNTAX] != SYNTAX_UNKNOWN:
            return MISMATCH
        fact[F_PIXEL_KIND] = PIXEL_ENCAPSULATED
        return OK
    if compressed:
        return MISMATCH
    if length > size - value:
        return LENGTH if length > size else TRUNCATED
    fact[F_PIXEL_KIND] = PIXEL_NATIVE if tag == _PIXELS else (PIXEL_FLOAT if tag == _FLOAT else PIXEL_DOUBLE)
    return OK
