"""What a header has in common with that of the file before: the slices of a series differ in a dozen elements.

The row of the file before is left on the desk. Where the bytes of whole elements are the same, so is what they say,
and only the others are walked. This holds for rows only in which nothing was odd and nothing was left to the caller.
"""

from __future__ import annotations

from scan2train.kernels.compiling import inner
from scan2train.kernels.header_codes import (
    OK,
    SEQUENCE,
)
from scan2train.kernels.header_collect import is_groups, over_sequence
from scan2train.kernels.header_desk import Array, Desk
from scan2train.kernels.header_elements import byte, read_element, word
from scan2train.kernels.header_row import check_vr, clear_all, note_pixels
from scan2train.kernels.header_sequences import holds_items
from scan2train.kernels.header_values import keep_all

_CHARSET = 0x00080005


@inner
def common(buf: Array, at: int, old: Array, there: int, limit: int) -> int:
    """How many of the next ``limit`` bytes are the same in both."""
    same = 0
    while same + 8 <= limit and word(buf, at + same) == word(old, there + same):
        same += 8
    while same < limit and byte(buf, at + same) == byte(old, there + same):
        same += 1
    return same


@inner
def walk_again(
    buf: Array, n: int, size: int, at: int, implicit: bool, big: bool, old: Array, desk: Desk
) -> bool:
    """Walk a data set that begins at ``at`` and has the same elements as the one before, in the same places.

    Their values may differ, and be longer or shorter. Returns false where anything else is different: then the data
    set must be walked as if there had been none before.
    """
    side, last = desk.side, desk.n_lines - 1
    line, shift = 0, at - desk.line_at[1 - side, 0]
    while True:
        first = desk.line_at[1 - side, line]
        limit = min(n - first - shift, desk.line_at[1 - side, last] - first)
        same = common(buf, first + shift, old, first, limit)
        while line < last and desk.line_at[1 - side, line + 1] - first <= same:
            desk.line_at[side, line] = desk.line_at[1 - side, line] + shift
            line += 1
        at = desk.line_at[1 - side, line] + shift
        desk.line_at[side, line] = at
        status, tag, vr, length, value = read_element(buf, n, size, at, implicit, big)
        desk.at, desk.at_tag, desk.found = at, tag, length
        if status != OK or tag != desk.line_tag[line]:
            return False
        if line == last:
            return note_pixels(size, tag, length, value, desk) == OK
        entry = desk.line_entry[line]
        named = is_groups(tag) or (entry >= 0 and desk.kind[entry] == SEQUENCE)
        if holds_items(vr, length, implicit) != 0 or named:
            status, after = over_sequence(buf, n, size, tag, vr, length, value, implicit, big, entry, desk)
            if status != OK:
                return False
        else:
            after = value + length
            if after > n or length & 1 or tag == _CHARSET:
                return False
            if entry >= 0:
                if check_vr(vr, length, entry, desk) != OK:
                    return False
                clear_all(tag, entry, desk)
                keep_all(buf, value, length, vr, big, tag, entry, desk.n_top, desk)
        if desk.odd != 0:
            return False
        line += 1
        shift = after - desk.line_at[1 - side, line]
