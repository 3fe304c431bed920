"""Encapsulated Pixel Data: which bytes are which frame (PS3.5 A.4)."""

from __future__ import annotations

import struct
from itertools import pairwise

from scan2train.errors import UnreadableFile

_ITEM = 0xE000FFFE
_END = 0xE0DDFFFE
#: How a compressed frame begins: JPEG and JPEG-LS, JPEG 2000 codestreams.
_STARTS = (b"\xff\xd8", b"\xff\x4f\xff\x51")


def frames_of(data: memoryview, n_frames: int, where: object) -> list[bytes]:
    """Join the fragments of each frame.

    Parameters
    ----------
    data
        The value of Pixel Data from its first item on; bytes after the sequence delimiter are ignored.
    n_frames
        How many frames the header promises.
    where
        The file, for messages.

    Raises
    ------
    UnreadableFile
        If items run over the end, there are none, or they cannot be assigned to frames.
    """
    offsets, items = _items(data, where)
    if not items:
        raise UnreadableFile("encapsulated pixel data holds no fragment", where=where, found="0 fragments")
    if n_frames == 1:
        return [b"".join(body for _, body in items)]
    if len(items) == n_frames:
        return [bytes(body) for _, body in items]
    starts = _by_offsets(offsets, items, n_frames) or _by_content(items, n_frames)
    if starts is None:
        raise UnreadableFile(
            "fragments cannot be assigned to frames",
            where=where,
            expected=f"{n_frames} frames, by an offset table or by how they begin",
            found=f"{len(items)} fragments",
        )
    ends = [*starts[1:], len(items)]
    return [b"".join(body for _, body in items[a:b]) for a, b in zip(starts, ends, strict=True)]


def _items(data: memoryview, where: object) -> tuple[list[int], list[tuple[int, memoryview]]]:
    """The basic offset table, and each fragment with its place after the table."""
    at, table, items, first = 0, [], [], -1
    while at + 8 <= len(data):
        tag, length = struct.unpack_from("<II", data, at)
        if tag == _END:
            break
        if tag != _ITEM or length > len(data) - at - 8:
            raise UnreadableFile(
                "a fragment of the pixel data runs over its end, or is none",
                where=where,
                expected=f"an item of at most {len(data) - at - 8} bytes at byte {at} of the pixel data",
                found=f"tag {tag & 0xFFFF:04X},{tag >> 16:04X} with {length} bytes",
            )
        body = data[at + 8 : at + 8 + length]
        if first < 0:
            table = list(struct.unpack_from(f"<{length // 4}I", body))
            first = at + 8 + length
        else:
            items.append((at - first, body))
        at += 8 + length
    return table, items


def _by_offsets(offsets: list[int], items: list[tuple[int, memoryview]], n_frames: int) -> list[int] | None:
    places = {place: number for number, (place, _) in enumerate(items)}
    starts = [places.get(offset, -1) for offset in offsets]
    rising = all(a < b for a, b in pairwise(starts))
    return starts if len(starts) == n_frames and min(starts) == 0 and rising else None


def _by_content(items: list[tuple[int, memoryview]], n_frames: int) -> list[int] | None:
    starts = [n for n, (_, body) in enumerate(items) if bytes(body[:4]).startswith(_STARTS)]
    return starts if len(starts) == n_frames and starts[0] == 0 else None
