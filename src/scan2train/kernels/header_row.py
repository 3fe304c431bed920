"""The row that is being filled: emptied at first, or left as the file before had it, and looked over at the end."""

from __future__ import annotations

import numpy as np

from scan2train.kernels.header_codes import (
    DATE,
    F_FRAMES_LENGTH,
    F_ODD,
    F_PIXEL_AT,
    F_PIXEL_KIND,
    F_PIXEL_LENGTH,
    F_SHARED_LENGTH,
    F_SYNTAX,
    FILLED,
    LENGTH,
    MARK_US_ONLY,
    MAX_LINES,
    MISMATCH,
    N_FACTS,
    NOTHING,
    NUMBER,
    ODD_VR,
    OK,
    PIXEL_DOUBLE,
    PIXEL_ENCAPSULATED,
    PIXEL_FLOAT,
    PIXEL_NATIVE,
    PRESENT,
    S_CHARSET,
    S_CLEAN,
    S_DUPLICATES,
    S_ELEMENTS,
    S_ITEMS,
    S_LINES,
    S_NOTED,
    S_REPARSE,
    S_ROW,
    S_SIDE,
    S_SPECIAL,
    S_STAMP,
    S_TOP,
    SEQUENCE,
    SYNTAX_ENCAPSULATED,
    SYNTAX_UNKNOWN,
    TRUNCATED,
    UNDEFINED,
    VR_OTHER,
    VR_TEXT,
    VR_UN,
    VR_US,
    WRONG_VR,
)
from scan2train.kernels.header_desk import MAX_COLUMNS, Array, Desk, inner
from scan2train.kernels.header_values import keep_value

_FLOAT, _PIXELS = 0x7FE00008, 0x7FE00010


@inner
def begin_row(row: int, desk: Desk) -> None:
    """Let the row at hand be row ``row``; it is emptied unless the next header may take from it."""
    desk.state[S_STAMP] += 1
    desk.state[S_ROW] = row
    desk.state[S_SIDE] = 1 - desk.state[S_SIDE]
    desk.state[S_NOTED] = desk.state[S_SPECIAL] + desk.state[S_REPARSE]
    for k in range(N_FACTS):
        desk.facts[k] = 0
    desk.state[S_ELEMENTS] = 0
    desk.state[S_ITEMS] = 0
    desk.state[S_DUPLICATES] = 0
    if desk.state[S_CLEAN] == 0:
        forget_row(desk)


@inner
def forget_row(desk: Desk) -> None:
    """Empty all cells, but for a transfer syntax that the file at hand has named already."""
    syntax = desk.codes[desk.slot[0]] if desk.seen[0] == desk.state[S_STAMP] else NOTHING
    for k in range(MAX_COLUMNS):
        desk.numbers[k] = np.nan
        desk.flags[k] = 0
        desk.codes[k] = -1
    desk.codes[desk.slot[0]] = syntax
    desk.state[S_CLEAN] = 0
    desk.state[S_LINES] = 0
    desk.state[S_CHARSET] = -1


@inner
def end_row(whole: bool, desk: Desk) -> None:
    """See whether the next header may take from this row; ``whole`` says that the header was walked to its end."""
    fact, lines = desk.facts, desk.state[S_LINES]
    plain = whole and fact[F_ODD] == 0 and desk.state[S_DUPLICATES] == 0 and lines <= MAX_LINES
    plain = plain and fact[F_SHARED_LENGTH] == 0 and fact[F_FRAMES_LENGTH] == 0
    plain = plain and desk.state[S_NOTED] == desk.state[S_SPECIAL] + desk.state[S_REPARSE]
    desk.state[S_CLEAN] = 1 if plain else 0


@inner
def clear_entry(entry: int, desk: Desk) -> None:
    """Empty the cells of one plan entry."""
    kind = desk.kind[entry]
    if kind == NUMBER:
        clear_numbers(entry, desk)
    elif kind == SEQUENCE:
        for child in range(desk.first[entry], desk.first[entry] + desk.count[entry]):
            if desk.kind[child] == NUMBER:
                clear_numbers(child, desk)
            else:
                clear_slot(child, desk)
    else:
        clear_slot(entry, desk)


@inner
def clear_numbers(entry: int, desk: Desk) -> None:
    """Empty the cells of a plan entry of numbers."""
    for k in range(desk.first[entry], desk.first[entry] + desk.count[entry]):
        desk.numbers[desk.column[k]] = np.nan


@inner
def clear_slot(entry: int, desk: Desk) -> None:
    """Empty the cell of a plan entry of text, or of a flag."""
    kind = desk.kind[entry]
    if kind in (FILLED, PRESENT):
        desk.flags[desk.slot[entry]] = 0
    elif kind != DATE:
        desk.codes[desk.slot[entry]] = -1


@inner
def add_line(at: int, tag: int, entry: int, desk: Desk) -> None:
    """Remember where an element of the top level begins."""
    line = desk.state[S_LINES]
    if line < MAX_LINES:
        desk.line_at[desk.state[S_SIDE], line] = at
        desk.line_tag[line] = tag
        desk.line_entry[line] = entry
    desk.state[S_LINES] = line + 1


@inner
def keep_all(buf: Array, value: int, length: int, vr: int, big: bool, entry: int, desk: Desk) -> None:
    """Store a value for ``entry`` and for the entries of the same tag behind it."""
    tag = desk.tag[entry]
    while entry < desk.state[S_TOP] and desk.tag[entry] == tag:
        clear_entry(entry, desk)
        desk.facts[F_ODD] |= keep_value(buf, value, length, vr, big, entry, desk)
        entry += 1


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
