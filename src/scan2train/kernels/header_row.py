"""The row that is being filled: emptied at first, or left as the file before had it, and looked over at the end."""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import inner
from scan2train.kernels.header_codes import (
    DATE,
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
from scan2train.kernels.header_desk import MAX_COLUMNS, Desk

_FLOAT, _PIXELS = 0x7FE00008, 0x7FE00010


@inner
def begin_row(row: int, desk: Desk) -> None:
    """Let the row at hand be row ``row``; it is emptied unless the next header may take from it."""
    desk.stamp += 1
    desk.row = row
    desk.side = 1 - desk.side
    desk.n_noted = desk.n_special + desk.n_reparse
    for k in range(N_FACTS):
        desk.facts[k] = 0
    desk.n_elements = 0
    desk.n_items = 0
    desk.n_duplicates = 0
    if desk.clean == 0:
        forget_row(desk)


@inner
def forget_row(desk: Desk) -> None:
    """Empty all cells, but for a transfer syntax that the file at hand has named already."""
    syntax = desk.codes[desk.slot[0]] if desk.seen[0] == desk.stamp else NOTHING
    for k in range(MAX_COLUMNS):
        desk.numbers[k] = np.nan
        desk.flags[k] = 0
        desk.codes[k] = -1
    desk.codes[desk.slot[0]] = syntax
    desk.clean = 0
    desk.n_lines = 0
    desk.charset = -1


@inner
def end_row(whole: bool, desk: Desk) -> None:
    """See whether the next header may take from this row; ``whole`` says that the header was walked to its end."""
    lines = desk.n_lines
    plain = whole and desk.odd == 0 and desk.n_duplicates == 0 and lines <= MAX_LINES
    plain = plain and desk.shared_length == 0 and desk.frames_length == 0
    plain = plain and desk.n_noted == desk.n_special + desk.n_reparse
    desk.clean = 1 if plain else 0


@inner
def clear_all(tag: int, entry: int, desk: Desk) -> None:
    """Empty the cells of ``entry`` and of those of the same tag behind it."""
    while entry < desk.n_top and desk.tag[entry] == tag:
        clear_entry(entry, desk)
        entry += 1


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
    line = desk.n_lines
    if line < MAX_LINES:
        desk.line_at[desk.side, line] = at
        desk.line_tag[line] = tag
        desk.line_entry[line] = entry
    desk.n_lines = line + 1


@inner
def check_vr(vr: int, length: int, entry: int, desk: Desk) -> int:
    """Refuse a VR that an attribute which describes pixels cannot have; note others that do not fit."""
    if desk.mark[entry] & MARK_US_ONLY:
        fits = vr in (VR_US, VR_OTHER, VR_UN) and length == 2
        return OK if fits or length == 0 else WRONG_VR
    if vr not in (VR_OTHER, VR_UN) and (vr == VR_TEXT) != (desk.vr[entry] == VR_TEXT):
        desk.odd |= ODD_VR
    return OK


@inner
def note_pixels(size: int, tag: int, length: int, value: int, desk: Desk) -> int:
    """Where the pixel data lies; its fragments are looked at later."""
    desk.pixel_at, desk.pixel_length = value, length
    compressed = desk.syntax == SYNTAX_ENCAPSULATED
    if length == UNDEFINED:
        if not compressed and desk.syntax != SYNTAX_UNKNOWN:
            return MISMATCH
        desk.pixel_kind = PIXEL_ENCAPSULATED
        return OK
    if compressed:
        return MISMATCH
    if length > size - value:
        return LENGTH if length > size else TRUNCATED
    desk.pixel_kind = PIXEL_NATIVE if tag == _PIXELS else (PIXEL_FLOAT if tag == _FLOAT else PIXEL_DOUBLE)
    return OK
