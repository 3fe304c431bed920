"""The functional groups of a multi-frame object (PS3.3 C.7.6.16), one row a frame.

What the shared groups say is written to every frame first; what a frame's own groups say then takes its place. A
macro belongs to one of them alone (PS3.3 C.7.6.16.1.1), and which ones are in both is told.
"""

from __future__ import annotations

from scan2train.kernels.compiling import inner, outer
from scan2train.kernels.header_codes import OK, UNDEFINED, VR_UN
from scan2train.kernels.header_collect import collect_item
from scan2train.kernels.header_desk import Array, Desk
from scan2train.kernels.header_elements import read_element
from scan2train.kernels.header_files import store
from scan2train.kernels.header_intern import has_room
from scan2train.kernels.header_row import begin_row
from scan2train.kernels.header_sequences import (
    end_of_item,
    holds_items,
    next_item,
    skip_fragments,
    skip_sequence,
)


@inner
def collect_groups(buf: Array, at: int, end: int, implicit: bool, big: bool, desk: Desk) -> int:
    """Collect what is wanted from each macro sequence of one functional groups item; one bit a filled macro.

    The bits are the entries of the plan's top level, which are far fewer than 63.
    """
    held = 0
    while at + 8 <= end:
        status, tag, vr, length, value = read_element(buf, end, end, at, implicit, big)
        if status != OK or tag >= 0xFFFE0000:
            return held
        kind = holds_items(vr, length, implicit)
        entry = 0
        while entry < desk.n_top and desk.tag[entry] != tag:
            entry += 1
        wanted = entry < desk.n_top
        within = implicit or vr == VR_UN
        if kind == 1 or (wanted and length != UNDEFINED):
            status, at = skip_sequence(buf, end, end, value, length, within, big, desk)
        elif kind == 2:
            status, at = skip_fragments(buf, end, end, value, big)
        elif length > end - value:
            return held
        else:
            at = value + length
        if status != OK:
            return held
        if wanted:
            found, size_of, inside = next_item(buf, value, at, big)
            if found:
                last = end_of_item(buf, at, inside, size_of, within, big, desk)
                collect_item(buf, inside, last, within, big, entry, desk)
                held |= 1 << entry
    return held


@outer
def walk_frames(
    buf: Array,
    shared: int,
    shared_end: int,
    frames: int,
    frames_end: int,
    implicit: bool,
    big: bool,
    first_row: int,
    last_row: int,
    numbers: Array,
    flags: Array,
    codes: Array,
    facts: Array,
    desks: Array,
) -> tuple[int, int, int]:
    """Fill rows ``first_row`` to ``last_row`` from the groups at these offsets (an end of 0: there are none).

    ``frames`` is the item of ``first_row``. Returns the row and the offset at which the desk was full or the items
    ended, and one bit for each entry of the plan's top level that was filled by the shared groups and by a frame's.
    """
    at, desk, both = frames, desks[0], 0
    for row in range(first_row, last_row):
        if not has_room(desk):
            return row, at, both
        found, length, inside, end = False, 0, 0, 0
        if frames_end > 0:
            found, length, inside = next_item(buf, at, frames_end, big)
            if not found:
                return row, at, both
            end = end_of_item(buf, frames_end, inside, length, implicit, big, desk)
            if end < 0:
                return row, at, both
            at = end
        desk.clean = 0
        begin_row(row, desk)
        common = 0
        if shared_end > 0:
            some, extent, within = next_item(buf, shared, shared_end, big)
            if some:
                last = end_of_item(buf, shared_end, within, extent, implicit, big, desk)
                common = collect_groups(buf, within, last, implicit, big, desk)
        if found:
            both |= common & collect_groups(buf, inside, end, implicit, big, desk)
        store(row, numbers, flags, codes, facts, desk)
    return last_row, at, both
