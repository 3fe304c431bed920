"""Rows of the frames table: the functional groups of enhanced and other multi-frame objects."""

from __future__ import annotations

import os
import zlib

import numpy as np
import polars as pl

from scan2train.formats.dicom.deflated import header_bytes
from scan2train.formats.dicom.header import OPEN_FLAGS, Headers, decode_block, merge
from scan2train.formats.dicom.header_columns import frame_layout
from scan2train.formats.dicom.header_table import assemble, header_columns
from scan2train.kernels import header_codes as codes
from scan2train.kernels.header_frames import walk_frames
from scan2train.tables import FRAMES

#: How an item begins, little and big endian (PS3.5 7.5).
_ITEM_TAGS = (b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00")


def has_groups(headers: Headers) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows have functional groups."""
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
        headers.facts[codes.F_SHARED_LENGTH] + headers.facts[codes.F_FRAMES_LENGTH] > 0
    )
    return found


def frame_rows(headers: Headers, row: int, path: bytes, size: int, instance: int) -> pl.DataFrame | None:
    """The frames of one file; ``None`` if there are none, or it cannot be read any more.

    Only frames that are there get a row: where the per-frame items are fewer or more than Number of Frames says, the
    oddity ``frame-items-missing`` or ``frame-items-surplus`` is noted; ``group-shared-and-own`` with the name of each
    macro that is in the shared groups and in a frame's, whose own was taken.
    """
    frames = headers.number("n_frames")[row]
    n = 1 if np.isnan(frames) else int(frames)
    try:
        data = header_data(headers, row, path, size)
    except (OSError, zlib.error):
        return None
    facts = headers.facts[:, row]
    shared, shared_end = _span(facts[codes.F_SHARED_AT], facts[codes.F_SHARED_LENGTH])
    at, end = _span(facts[codes.F_FRAMES_AT], facts[codes.F_FRAMES_LENGTH])
    layout = frame_layout()
    # An item takes at least 8 bytes: no header can describe more frames than that.
    found = Headers.empty(layout, min(n, (end - at) // 8) if end else n)
    implicit, big = bool(facts[codes.F_GROUPS_IMPLICIT]), facts[codes.F_SYNTAX] == codes.SYNTAX_BIG
    first, last, both = 0, found.facts.shape[1], 0
    while first < last:
        desk = layout.desk()
        done, at, doubled = walk_frames(
            data, shared, shared_end, at, end, implicit, bool(big), first, last, *found.columns, desk
        )
        both |= doubled
        merge(found, decode_block(found, desk, first, done))
        if done == first:
            break
        first = done
    if first < n:
        headers.note(row, "frame-items-missing")
    elif data[at : min(at + 4, end)].tobytes() in _ITEM_TAGS:
        headers.note(row, "frame-items-surplus")
    if both:
        _note_doubled(headers, row, layout.plan["tag"][: layout.n_top], both)
    return _table(found, first, instance) if first else None


def _note_doubled(headers: Headers, row: int, tags: list[int], both: int) -> None:
    from pydicom.datadict import keyword_for_tag

    for entry, tag in enumerate(tags):
        if both >> entry & 1:
            headers.note(row, f"group-shared-and-own:{keyword_for_tag(tag)}")


def _span(at: np.int64, length: np.int64) -> tuple[int, int]:
    return int(at), int(at + length) if length else 0


def header_data(
    headers: Headers, row: int, path: bytes, size: int
) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """The bytes of one file before its pixel data, inflated where they are deflated.

    Raises
    ------
    OSError, zlib.error
        If the file cannot be read any more.
    """
    need = int(headers.facts[codes.F_PIXEL_AT, row])
    fd = os.open(path, OPEN_FLAGS)
    try:
        if headers.facts[codes.F_SYNTAX, row] == codes.SYNTAX_DEFLATED:
            data = header_bytes(fd, int(headers.facts[codes.F_DATA_AT, row]), size, need)
        else:
            data = os.pread(fd, need, 0)
    finally:
        os.close(fd)
    if len(data) < need:
        raise OSError("the file has become shorter")
    return np.frombuffer(bytearray(data), dtype=np.uint8)


def _table(found: Headers, n: int, instance: int) -> pl.DataFrame:
    columns = header_columns(found, np.arange(n), hashed=str)
    columns |= dict.fromkeys((column.name for column in FRAMES if not column.tag), None)
    columns["instance"] = pl.Series(np.full(n, instance, dtype=np.int64))
    columns["frame"] = pl.Series(np.arange(n, dtype=np.int64))
    # Only the time of day is kept of a date and time (PS3.5 6.2: YYYYMMDDHHMMSS).
    return assemble(FRAMES, columns, n).with_columns(pl.col("acquisition_datetime").str.slice(8))
