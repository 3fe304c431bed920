"""Sequences of the top level: over them, and what is wanted of their first item."""

from __future__ import annotations

from scan2train.kernels.compiling import inner
from scan2train.kernels.header_codes import (
    BROKEN,
    DECLINED,
    MANY_ITEMS,
    ODD_MANY_ITEMS,
    ODD_SEQUENCE,
    OK,
    PRESENT,
    SEQUENCE,
    UNDEFINED,
    VR_OTHER,
    VR_SQ,
    VR_UN,
)
from scan2train.kernels.header_desk import Array, Desk
from scan2train.kernels.header_elements import read_element
from scan2train.kernels.header_row import clear_entry
from scan2train.kernels.header_sequences import (
    end_of_item,
    holds_items,
    next_item,
    skip_fragments,
    skip_sequence,
)
from scan2train.kernels.header_values import keep_all

_SHARED, _FRAMES = 0x52009229, 0x52009230


@inner
def is_groups(tag: int) -> bool:
    """Whether a tag is that of functional groups, sequences also where neither VR nor length says so."""
    return tag in (_SHARED, _FRAMES)


@inner
def over_sequence(
    buf: Array,
    n: int,
    size: int,
    tag: int,
    vr: int,
    length: int,
    value: int,
    implicit: bool,
    big: bool,
    entry: int,
    desk: Desk,
) -> tuple[int, int]:
    """Over a sequence of the top level, collecting what is wanted of its first item."""
    groups = is_groups(tag)
    items = desk.n_items
    within = implicit or vr == VR_UN
    if vr not in (VR_SQ, VR_UN, VR_OTHER) and holds_items(vr, length, implicit) == 2:
        status, after = skip_fragments(buf, n, size, value, big)
    else:
        status, after = skip_sequence(buf, n, size, value, length, within, big, desk)
    whole = status == OK
    if status in (BROKEN, DECLINED) and length != UNDEFINED and not groups:
        # What its items hold is lost, but its own length says where the data set goes on.
        desk.odd |= ODD_SEQUENCE
        status, after = OK, value + length
    if status != OK:
        desk.at = after
        return status, after
    if not groups and desk.n_items - items > MANY_ITEMS:
        desk.odd |= ODD_MANY_ITEMS
    if groups:
        desk.groups_implicit = 1 if within else 0
    if tag == _SHARED:
        desk.shared_at, desk.shared_length = value, after - value
    elif tag == _FRAMES:
        desk.frames_at, desk.frames_length = value, after - value
    if entry >= 0:
        desk.seen[entry] = desk.stamp
        clear_entry(entry, desk)
        if desk.kind[entry] == PRESENT:
            desk.flags[desk.slot[entry]] = 1
        elif desk.kind[entry] == SEQUENCE and whole:
            found, size_of, inside = next_item(buf, value, after, big)
            if found:
                end = end_of_item(buf, after, inside, size_of, within, big, desk)
                collect_item(buf, inside, end, within, big, entry, desk)
    return OK, after


@inner
def collect_item(buf: Array, at: int, end: int, implicit: bool, big: bool, parent: int, desk: Desk) -> None:
    """Collect the children of plan entry ``parent`` from an item that has been walked before."""
    first = desk.first[parent]
    last = first + desk.count[parent]
    while at + 8 <= end:
        status, tag, vr, length, value = read_element(buf, end, end, at, implicit, big)
        if status != OK or tag >= 0xFFFE0000:
            return
        kind = holds_items(vr, length, implicit)
        if kind == 1:
            status, at = skip_sequence(buf, end, end, value, length, implicit or vr == VR_UN, big, desk)
        elif kind == 2:
            status, at = skip_fragments(buf, end, end, value, big)
        elif length > end - value:
            return
        else:
            entry = first
            while entry < last and desk.tag[entry] < tag:
                entry += 1
            keep_all(buf, value, length, vr, big, tag, entry, last, desk)
            at = value + length
        if status != OK:
            return
