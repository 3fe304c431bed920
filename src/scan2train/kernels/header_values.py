"""One element's value into the columns that ask for it."""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import inner
from scan2train.kernels.header_codes import (
    DATE,
    FILLED,
    MARK_UID,
    MAX_TEXT,
    NOTHING,
    NUMBER,
    ODD_COUNT,
    ODD_DATE,
    ODD_LONG_TEXT,
    ODD_UID,
    ORDINALS,
    PRESENT,
    START,
    VR_OTHER,
    VR_TEXT,
    VR_UL,
    VR_UN,
    VR_US,
)
from scan2train.kernels.header_desk import Array, Desk
from scan2train.kernels.header_elements import byte, u16, u32
from scan2train.kernels.header_intern import intern, intern_scratch, is_plain, keep_raw, note_special
from scan2train.kernels.header_numbers import EMPTY, EXACT, binary_value, binary_width, parse_decimal


@inner
def keep_all(
    buf: Array, at: int, length: int, vr: int, big: bool, tag: int, entry: int, last: int, desk: Desk
) -> None:
    """Store the value ``buf[at : at + length]`` of a tag for plan entry ``entry`` and those like it before ``last``.

    The caller has checked that the bytes are there. ``vr`` is the class that the file names; where it names none, the
    plan's own VR counts. What is odd is noted.
    """
    while entry < last and desk.tag[entry] == tag:
        kind, odd = desk.kind[entry], 0
        meant = desk.vr[entry] if vr in (VR_OTHER, VR_UN) else vr
        if kind == PRESENT:
            desk.flags[desk.slot[entry]] = 1
        elif kind == NUMBER and meant == VR_TEXT:
            odd = keep_decimals(buf, at, length, entry, desk)
        elif kind == NUMBER:
            odd = keep_binary(buf, at, length, meant, big, entry, desk)
        elif kind == ORDINALS:
            keep_ordinals(buf, at, length, meant, big, entry, desk)
        else:
            start, stop = strip(buf, at, at + length)
            if kind != DATE:
                odd = keep_text(buf, start, stop, entry, kind == FILLED, desk)
            elif start < stop and not is_date(buf, start, stop):
                odd = ODD_DATE
        desk.odd |= odd
        entry += 1


@inner
def strip(buf: Array, start: int, stop: int) -> tuple[int, int]:
    """Without the spaces around a value and the zeros behind it (PS3.5 6.2)."""
    while stop > start and (byte(buf, stop - 1) == 32 or byte(buf, stop - 1) == 0):
        stop -= 1
    while start < stop and byte(buf, start) == 32:
        start += 1
    return start, stop


@inner
def keep_text(buf: Array, start: int, stop: int, entry: int, only_filled: bool, desk: Desk) -> int:
    """A text, or whether there is one."""
    slot = desk.slot[entry]
    if only_filled:
        desk.flags[slot] = 1 if stop > start else 0
        if stop - start <= MAX_TEXT and not is_plain(buf, start, stop):
            note_special(NOTHING, keep_raw(buf, start, stop, desk), stop - start, desk)
        return 0
    if start == stop:
        desk.codes[slot] = -1
        return 0
    if stop - start > MAX_TEXT:
        desk.codes[slot] = -1
        return ODD_LONG_TEXT
    before = desk.previous[slot]
    code = intern(buf, start, stop, slot, desk)
    desk.codes[slot] = code
    if desk.mark[entry] & MARK_UID and (before != code + 1):
        desk.unfit[slot] = 0 if is_uid(buf, start, stop) else ODD_UID
    return desk.unfit[slot]


@inner
def is_uid(buf: Array, start: int, stop: int) -> bool:
    """1 to 64 digits and dots, no component empty (PS3.5 9.1)."""
    if stop == start or stop - start > 64 or buf[start] == 46 or buf[stop - 1] == 46:
        return False
    for at in range(start, stop):
        c = buf[at]
        if (c < 48 or c > 57) and not (c == 46 and buf[at - 1] != 46):
            return False
    return True


@inner
def is_date(buf: Array, start: int, stop: int) -> bool:
    """YYYYMMDD with a month and a day that exist, or the old YYYY.MM.DD (PS3.5 6.2)."""
    if stop - start == 10 and buf[start + 4] == 46 and buf[start + 7] == 46:
        month, day = start + 5, start + 8
    elif stop - start == 8:
        month, day = start + 4, start + 6
    else:
        return False
    for at in range(start, stop):
        if (buf[at] < 48 or buf[at] > 57) and stop - start == 8:
            return False
    m = (byte(buf, month) - 48) * 10 + byte(buf, month + 1) - 48
    d = (byte(buf, day) - 48) * 10 + byte(buf, day + 1) - 48
    return 1 <= m <= 12 and 1 <= d <= 31


@inner
def keep_decimals(buf: Array, at: int, length: int, entry: int, desk: Desk) -> int:
    """Numbers as text, split at backslashes."""
    if length > MAX_TEXT:
        return ODD_LONG_TEXT
    stop, item = at + length, 0
    first = desk.first[entry]
    last = first + desk.count[entry]
    start, want = at, first
    for k in range(first, last):
        desk.numbers[desk.column[k]] = np.nan
    for k in range(at, stop + 1):
        if k < stop and buf[k] != 92:
            continue
        while want < last and desk.item[want] == item:
            status, value = parse_decimal(buf, start, k)
            if status == EXACT:
                desk.numbers[desk.column[want]] = value
            elif status != EMPTY:
                note_reparse(buf, start, k, desk.column[want], desk)
            want += 1
        item += 1
        start = k + 1
        if want == last:
            break
    return ODD_COUNT if item > 1 and want < last else 0


@inner
def note_reparse(buf: Array, start: int, stop: int, column: int, desk: Desk) -> None:
    """List a number that the caller must parse."""
    k = desk.n_reparse
    desk.reparse[k, 0] = desk.row
    desk.reparse[k, 1] = column
    desk.reparse[k, 2] = keep_raw(buf, start, stop, desk)
    desk.reparse[k, 3] = stop - start
    desk.n_reparse = k + 1


@inner
def keep_binary(buf: Array, at: int, length: int, vr: int, big: bool, entry: int, desk: Desk) -> int:
    """Binary numbers; NaN and infinities are listed for the caller, because NaN marks an empty cell."""
    width = binary_width(vr)
    if width == 0:
        note_reparse(buf, at, at + min(length, 16), desk.column[desk.first[entry]], desk)
        return 0
    for k in range(desk.first[entry], desk.first[entry] + desk.count[entry]):
        place = desk.item[k] * width
        desk.numbers[desk.column[k]] = np.nan
        if place + width <= length:
            value = binary_value(buf, at + place, vr, big, desk)
            desk.numbers[desk.column[k]] = value
            if not np.isfinite(value):
                note_reparse(buf, at, at, desk.column[k], desk)
                desk.reparse[desk.n_reparse - 1, 3] = -1 if np.isnan(value) else (-2 if value > 0 else -3)
    return 0


@inner
def keep_ordinals(buf: Array, at: int, length: int, vr: int, big: bool, entry: int, desk: Desk) -> None:
    """Unsigned numbers as text, joined by backslashes."""
    width = 2 if vr == VR_US else 4
    if vr not in (VR_US, VR_UL) or length < width or length > MAX_TEXT // 4:
        return
    text = desk.scratch
    used = START
    for k in range(length // width):
        value = u16(buf, at + k * width, big) if width == 2 else u32(buf, at + k * width, big)
        digits = 1
        while value >= 10**digits:
            digits += 1
        if k > 0:
            text[used] = 92
            used += 1
        for place in range(digits - 1, -1, -1):
            text[used + place] = 48 + value % 10
            value //= 10
        used += digits
    desk.codes[desk.slot[entry]] = intern_scratch(used, desk)
