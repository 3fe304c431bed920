"""What a header has in common with that of the file before: the slices of a series differ in a dozen elements.

The row of the file before is left on the desk. Where the bytes of whole elements are the same, so is what they say, and
only the others are walked. This holds for rows only in which nothing was odd and nothing was left to the caller.
"""

from __future__ import annotations

import numpy as np

from scan2train.kernels.header_codes import (
    DATE,
    F_FRAMES_LENGTH,
    F_ODD,
    F_SHARED_LENGTH,
    FILLED,
    MAX_LINES,
    N_FACTS,
    NUMBER,
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
)
from scan2train.kernels.header_desk import MAX_COLUMNS, MAX_ENTRIES, Array, Desk, inner

_CHARSET = 0x00080005
_BLOCK = 32


@inner
def begin_row(row: int, desk: Desk) -> None:
    """Let the row at hand be row ``row``; it is emptied unless the next header may take from it."""
    if desk.state[S_CLEAN] == 0:
        for k in range(MAX_COLUMNS):
            desk.numbers[k] = np.nan
            desk.flags[k] = 0
            desk.codes[k] = -1
        for k in range(MAX_ENTRIES):
            desk.held[k] = 0
        desk.state[S_LINES] = 0
        desk.state[S_LINES + 1] = 0
    for k in range(N_FACTS):
        desk.facts[k] = 0
    desk.state[S_ELEMENTS] = 0
    desk.state[S_ITEMS] = 0
    desk.state[S_DUPLICATES] = 0
    desk.state[S_CHARSET] = -1
    desk.state[S_NOTED] = desk.state[S_SPECIAL] + desk.state[S_REPARSE]
    desk.state[S_STAMP] += 1
    desk.state[S_ROW] = row
    desk.state[S_SIDE] = 1 - desk.state[S_SIDE]
    desk.state[S_LINES + desk.state[S_SIDE]] = 0
    desk.state[S_CLEAN] = 0


@inner
def end_row(whole: bool, desk: Desk) -> None:
    """Empty the cells of what only the file before had, and see whether the next header may take from this row.

    ``whole`` says that the header was walked to its end.
    """
    held, stamp, met = desk.held, desk.state[S_STAMP], False
    for entry in range(desk.state[S_TOP]):
        # Entries of one tag are met together; only the first of them is stamped.
        if entry == 0 or desk.tag[entry] != desk.tag[entry - 1]:
            met = desk.seen[entry] == stamp
        if held[entry] != 0 and not met:
            clear_entry(entry, desk)
            held[entry] = 0
    fact, lines = desk.facts, desk.state[S_LINES + desk.state[S_SIDE]]
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
    side = desk.state[S_SIDE]
    line = desk.state[S_LINES + side]
    if line <= MAX_LINES:
        desk.line_at[side, line] = at
        desk.line_tag[side, line] = tag
        desk.line_entry[side, line] = entry
    desk.state[S_LINES + side] = line + 1


@inner
def common(buf: Array, at: int, old: Array, there: int, limit: int) -> int:
    """How many of the next ``limit`` bytes are the same in both."""
    same, one, other = 0, np.uint64(at), np.uint64(there)
    while same + _BLOCK <= limit:
        differing = np.uint8(0)
        for k in range(np.uint64(_BLOCK)):
            differing |= buf[one + k] ^ old[other + k]
        if differing != 0:
            break
        same += _BLOCK
        one += np.uint64(_BLOCK)
        other += np.uint64(_BLOCK)
    while same < limit and buf[np.uint64(at + same)] == old[np.uint64(there + same)]:
        same += 1
    return same


@inner
def pass_over(
    buf: Array, n: int, old: Array, at: int, past: int, before: int, desk: Desk
) -> tuple[int, int, int]:
    """Pass over elements that are, byte for byte, those of the file before from its line ``past`` on.

    Returns
    -------
    offset, line, tag
        The first element that is not, its line there, and the tag before it (``before`` if none was passed).
    """
    side = 1 - desk.state[S_SIDE]
    last = desk.state[S_LINES + side] - 1
    if past >= last:
        return at, past, before
    first = desk.line_at[side, past]
    same = common(buf, at, old, first, min(n - at, desk.line_at[side, last] - first))
    shift = at - first
    while past < last and desk.line_at[side, past + 1] - first <= same:
        entry, tag = desk.line_entry[side, past], desk.line_tag[side, past]
        add_line(desk.line_at[side, past] + shift, tag, entry, desk)
        if entry >= 0:
            desk.seen[entry] = desk.state[S_STAMP]
            if tag == _CHARSET:
                desk.state[S_CHARSET] = desk.codes[desk.slot[entry]]
        before = tag
        past += 1
    return desk.line_at[side, past] + shift, past, before


@inner
def line_behind(tag: int, past: int, desk: Desk) -> int:
    """The line of the file before that follows an element with this tag."""
    side = 1 - desk.state[S_SIDE]
    lines = desk.state[S_LINES + side]
    while past < lines and desk.line_tag[side, past] <= tag:
        past += 1
    return past
