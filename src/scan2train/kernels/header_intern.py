"""Texts become numbers: each distinct value is kept once a block, so that only distinct values are decoded."""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import inner
from scan2train.kernels.header_codes import (
    MAX_DUPLICATES,
    MAX_TEXT,
    NOTHING,
    START,
)
from scan2train.kernels.header_desk import MAX_ENTRIES, Array, Desk
from scan2train.kernels.header_elements import byte, word

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_ONCE = 8  # values that one element can add at most


@inner
def has_room(desk: Desk) -> bool:
    """Whether the sink can take whatever one more file, or frame, can hold."""
    values = MAX_ENTRIES + MAX_DUPLICATES
    return (
        desk.arena_used + values * (MAX_TEXT + 1) < desk.arena.size
        and desk.raw_used + values * (MAX_TEXT + 1) < desk.raw.size
        and desk.n_texts + values < desk.entry.shape[0]
        and desk.n_special + values < desk.special.shape[0]
        and desk.n_reparse + values * _ONCE < desk.reparse.shape[0]
    )


@inner
def is_plain(buf: Array, start: int, stop: int) -> bool:
    """Printable ASCII, without a space next to a backslash: needs no decoding."""
    before = 0
    for at in range(start, stop):
        c = buf[at]
        if c < 32 or c > 126 or (c == 92 and before == 32) or (c == 32 and before == 92):
            return False
        before = c
    return True


@inner
def same(buf: Array, start: int, length: int, at: int, desk: Desk) -> bool:
    """Whether ``length`` bytes are those in the arena at ``at``."""
    k = 0
    while k + 8 <= length:
        if word(buf, start + k) != word(desk.arena, at + k):
            return False
        k += 8
    while k < length:
        if byte(buf, start + k) != byte(desk.arena, at + k):
            return False
        k += 1
    return True


@inner
def keep_raw(buf: Array, start: int, stop: int, desk: Desk) -> int:
    """Copy bytes to the raw store and return where they lie."""
    at = desk.raw_used
    for k in range(stop - start):
        desk.raw[at + k] = buf[start + k]
    desk.raw_used = at + stop - start
    return int(at)


@inner
def intern(buf: Array, start: int, stop: int, slot: int, desk: Desk) -> int:
    """The entry number of the text ``buf[start:stop]`` (not empty, at most MAX_TEXT bytes) of column ``slot``."""
    last, length = desk.previous[slot] - 1, stop - start
    if last >= 0 and desk.entry[last, 1] == length and same(buf, start, length, desk.entry[last, 0], desk):
        return last
    for k in range(length):
        desk.scratch[k] = buf[start + k]
    number = intern_scratch(length, desk)
    desk.previous[slot] = number + 1
    return number


@inner
def intern_scratch(length: int, desk: Desk) -> int:
    """The entry number of the text in ``scratch[:length]``, which is made if it is new."""
    plain = is_plain(desk.scratch, START, length)
    hashed, k = np.uint64(14695981039346656037), 0
    while k + 8 <= length:
        hashed = (hashed ^ word(desk.scratch, k)) * _PRIME
        hashed ^= hashed >> np.uint64(32)
        k += 8
    while k < length:
        hashed = (hashed ^ np.uint64(desk.scratch[k])) * _PRIME
        k += 1
    charset = NOTHING if plain else desk.charset
    mark = length if plain else -length
    mask = desk.slots.size - 1
    place = np.int64((hashed ^ (hashed >> np.uint64(29))) & np.uint64(mask))
    while desk.slots[place] > 0:
        number = desk.slots[place] - 1
        if (
            desk.entry[number, 1] == mark
            and desk.entry[number, 2] == charset
            and is_entry(number, length, plain, desk)
        ):
            return number
        place = (place + 1) & mask
    number = desk.n_texts
    desk.slots[place] = number + 1
    desk.n_texts = number + 1
    desk.entry[number, 1] = mark
    desk.entry[number, 2] = charset
    at = desk.arena_used
    if plain:
        desk.entry[number, 0] = at
        for k in range(length):
            desk.arena[at + k] = desk.scratch[k]
        at += length
    else:
        raw = desk.raw_used
        for k in range(length):
            desk.raw[raw + k] = desk.scratch[k]
        desk.raw_used = raw + length
        desk.entry[number, 0] = raw
        note_special(number, raw, length, desk)
    desk.arena[at] = 10
    desk.arena_used = at + 1
    return number


@inner
def is_entry(number: int, length: int, plain: bool, desk: Desk) -> bool:
    """Whether ``scratch[:length]`` is the text of an entry."""
    at, differing = desk.entry[number, 0], 0
    for k in range(length):
        differing |= desk.scratch[k] ^ (desk.arena[at + k] if plain else desk.raw[at + k])
    return differing == 0


@inner
def note_special(number: int, at: int, length: int, desk: Desk) -> None:
    """List a text that the caller must decode; ``number`` -1 if it is only to be checked."""
    k = desk.n_special
    desk.special[k, 0] = number
    desk.special[k, 1] = at
    desk.special[k, 2] = length
    desk.special[k, 3] = desk.charset
    desk.special[k, 4] = desk.row
    desk.n_special = k + 1
