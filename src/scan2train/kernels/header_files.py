"""Open, read, walk, close: whole batches of files without returning to the interpreter.

``openat``, ``pread`` and ``close`` of the C library are called directly. Files are opened with the flags that the
caller gives (read only, never following a link, never blocking on a pipe).
"""

from __future__ import annotations

import numpy as np
from numba import types

from scan2train.kernels.compiling import merged, nested, outer
from scan2train.kernels.file_facts import STATX, look_open
from scan2train.kernels.header_codes import (
    BROKEN,
    LENGTH,
    LITTLE,
    LONG_HEADER,
    MAX_FRAGMENTS,
    MORE,
    NO_FRAGMENTS,
    ODD_NO_DELIMITER,
    ODD_TRAILING,
    OK,
    PIXEL_ENCAPSULATED,
    SHRUNK,
    START,
    SYNTAX_BIG,
    TRUNCATED,
    UNDEFINED,
    UNOPENED,
)
from scan2train.kernels.header_desk import Array, Desk
from scan2train.kernels.header_elements import u16, u32
from scan2train.kernels.header_intern import has_room
from scan2train.kernels.header_row import begin_row
from scan2train.kernels.header_sequences import ITEM, SEQUENCE_END
from scan2train.kernels.header_walk import walk

_c_openat = types.ExternalFunction("openat", types.int32(types.int32, types.voidptr, types.int32))
_c_pread = types.ExternalFunction("pread", types.intp(types.int32, types.voidptr, types.uintp, types.int64))
_c_close = types.ExternalFunction("close", types.int32(types.int32))

_FIRST = 4_096  #: bytes of the first read: about half of all headers of one slice are shorter
_MOST = 262_144  #: bytes of the first read where the file before had a long header
_GROWTH = 8


@nested
def read_at(fd: int, buf: Array, count: int, offset: int) -> int:
    """Fill ``buf[:count]`` from ``offset`` as far as the file goes; the number of bytes, or -1."""
    have = 0
    while have < count:
        got = _c_pread(fd, buf.ctypes.data + have, count - have, offset + have)
        if got < 0:
            return -1
        if got == 0:
            break
        have += got
    return have


@nested
def walk_fragments(fd: int, buf: Array, n: int, size: int, desk: Desk) -> int:
    """Follow the items of encapsulated pixel data (PS3.5 A.4) to their end and note their length.

    ``buf[:n]`` is the beginning of the file; item headers behind it are read one by one.
    """
    start, big = desk.pixel_at, desk.syntax == SYNTAX_BIG
    at, count = start, 0
    head = np.empty(8, dtype=np.uint8)
    while True:
        desk.at = at
        if at == size and count > 1:
            desk.odd |= ODD_NO_DELIMITER
            desk.pixel_length = at - start
            return OK
        if at + 8 > size:
            return TRUNCATED
        if at + 8 <= n:
            for k in range(8):
                head[k] = buf[at + k]
        elif read_at(fd, head, START + 8, at) != 8:
            return SHRUNK
        tag = (u16(head, START, big) << 16) | u16(head, START + 2, big)
        length = u32(head, START + 4, big)
        if tag == SEQUENCE_END:
            desk.pixel_length = at + 8 - start
            return OK if count > 1 else NO_FRAGMENTS
        if tag != ITEM or count > MAX_FRAGMENTS:
            return BROKEN
        if length > size - at - 8:
            desk.found = length
            return LENGTH if length > size else TRUNCATED
        count += 1
        at += 8 + length


@nested
def look_behind(fd: int, buf: Array, n: int, size: int, desk: Desk) -> None:
    """Note bytes behind native pixel data that do not begin like another element of a later group."""
    end, big = desk.pixel_at + desk.pixel_length, desk.syntax == SYNTAX_BIG
    if end == size:
        return
    head = np.empty(8, dtype=np.uint8)
    if end + 8 > size:
        desk.odd |= ODD_TRAILING
        return
    if end + 8 <= n:
        for k in range(8):
            head[k] = buf[end + k]
    elif read_at(fd, head, START + 8, end) != 8:
        return
    group = u16(head, START, big)
    if group < 0x7FE0 or group >= 0xFFFE:
        desk.odd |= ODD_TRAILING


@merged
def walk_open(
    fd: int, buf: Array, old: Array, first: int, size: int, limit: int, row: int, desk: Desk
) -> int:
    """Walk one open file, reading further for as long as its header goes on."""
    want, grown = min(first, size), False
    while True:
        n = read_at(fd, buf, want, START)
        if n < want:
            desk.clean = 0
            begin_row(row, desk)
            return UNOPENED if n < 0 else SHRUNK
        status = walk(buf, n, size, LITTLE, old, row, desk)
        if status != MORE:
            break
        if n >= limit:
            return LONG_HEADER
        # Texts that were interned stay; numbers to be parsed again are listed twice, with the same outcome.
        want = min(size, limit, n * _GROWTH)
        if buf.size < want:
            buf = np.empty(want, dtype=np.uint8)
            grown = True
        if not has_room(desk):
            return MORE
    if grown:
        # The caller keeps the smaller buffer, which does not hold this header whole.
        desk.clean = 0
    if status == OK and desk.pixel_kind == PIXEL_ENCAPSULATED:
        if desk.pixel_length == UNDEFINED:
            status = walk_fragments(fd, buf, n, size, desk)
    elif status == OK:
        look_behind(fd, buf, n, size, desk)
    return status


@nested
def store(row: int, numbers: Array, flags: Array, codes: Array, facts: Array, desk: Desk) -> None:
    """Copy the row at hand into the caller's columns."""
    for k in range(numbers.shape[0]):
        numbers[k, row] = desk.numbers[k]
    for k in range(flags.shape[0]):
        flags[k, row] = desk.flags[k]
    for k in range(codes.shape[0]):
        codes[k, row] = desk.codes[k]
    for k in range(facts.shape[0]):
        facts[k, row] = desk.facts[k]


@outer
def walk_files(
    folder: int,
    paths: Array,
    starts: Array,
    sizes: Array,
    mtimes: Array,
    flags_of_open: int,
    limit: int,
    first_row: int,
    last_row: int,
    numbers: Array,
    flags: Array,
    codes: Array,
    facts: Array,
    desks: Array,
) -> int:
    """Walk the files of rows ``first_row`` to ``last_row``, each into its row of the column arrays.

    ``folder`` is the descriptor of an open folder that relative names are relative to; ``paths`` holds the names, each
    ended by a zero byte, ``starts`` where each begins. Where a size is negative it is looked up and put in, with the
    time. Returns the row at which the
    desk was full: ``last_row`` if all are done.
    """
    buf, old, first = np.empty(_MOST, dtype=np.uint8), np.empty(_MOST, dtype=np.uint8), _FIRST
    desk, about, nothing = desks[0], np.empty(1, dtype=STATX), np.zeros(1, dtype=np.uint8)
    for row in range(first_row, last_row):
        if not has_room(desk):
            return row
        fd = _c_openat(folder, paths.ctypes.data + starts[row], flags_of_open)
        size = sizes[row]
        if fd >= 0 and size < 0:
            size = look_open(fd, nothing, row, about, sizes, mtimes)
        if fd < 0 or size < 0:
            desk.clean = 0
            begin_row(row, desk)
            desk.status = UNOPENED
        else:
            buf, old = old, buf
            status = walk_open(fd, buf, old, first, size, limit, row, desk)
            if status == MORE and row > first_row:
                _c_close(fd)
                return row
            desk.status = status
            # Neighbours are alike: the next header will be about as long.
            first = min(max(desk.pixel_at + 512, _FIRST), _MOST)
        if fd >= 0:
            _c_close(fd)
        store(row, numbers, flags, codes, facts, desk)
    return last_row


@outer
def walk_memory(
    buf: Array,
    size: int,
    inflated: bool,
    row: int,
    numbers: Array,
    flags: Array,
    codes: Array,
    facts: Array,
    desks: Array,
) -> None:
    """Walk a header that is in memory already, the beginning of a (virtual) file of ``size`` bytes."""
    desk = desks[0]
    desk.clean = 0
    desk.status = walk(buf, np.int64(buf.size), size, inflated, buf, row, desk)
    store(row, numbers, flags, codes, facts, desk)
