"""Encapsulated Pixel Data: which bytes are which frame (PS3.5 A.4)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from scan2train.errors import UnreadableFile

_ITEM = 0xE000FFFE
_END = 0xE0DDFFFE
#: How a compressed frame begins: JPEG and JPEG-LS, JPEG 2000 codestreams, JP2 files, JPEG XL bare and in boxes.
_STARTS = (
    b"\xff\xd8\xff",
    b"\xff\x4f\xff\x51",
    b"\0\0\0\x0cjP  ",
    b"\xff\x0a",
    b"\0\0\0\x0cJXL ",
)
#: The end of a JPEG or JPEG 2000 stream, with or without a byte of padding, and the beginning of another one.
_ANOTHER = tuple(b"\xff\xd9" + pad + start for pad in (b"", b"\0") for start in _STARTS[:2])

_NO_TABLE = "the basic offset table is missing; the first item was taken for a fragment"
_WRONG_OFFSETS = "the offset table does not point at the frames; they were told by their order and beginnings"

_Items = list[tuple[int, memoryview]]


@dataclass(frozen=True, slots=True)
class Packed:
    """The bytes of each frame; ``fault`` says where the items depart from the standard, empty if nowhere."""

    frames: list[bytes]
    fault: str = ""


def frames_of(data: memoryview, n_frames: int, where: object, extended: Sequence[int] = ()) -> Packed:
    """Join the fragments of each frame.

    Parameters
    ----------
    data
        The value of Pixel Data from its first item on; bytes after the sequence delimiter are ignored.
    n_frames
        How many frames the header promises.
    where
        The file, for messages.
    extended
        The Extended Offset Table (PS3.3 C.7.6.3.1.8); empty if there is none.

    Raises
    ------
    UnreadableFile
        If items run over the end, there are none, they cannot be assigned to frames, or one frame is promised and
        several streams are there.
    """
    offsets, items, fault = _items(data, where)
    if not items:
        raise UnreadableFile("encapsulated pixel data holds no fragment", where=where, found="0 fragments")
    if n_frames == 1:
        frame = b"".join(body for _, body in items)
        _require_one(frame, where)
        return Packed([frame], fault)
    tables = [_by_offsets(list(table), items, n_frames) for table in (extended, offsets) if table]
    if len(items) == n_frames:
        wrong = any(starts != list(range(n_frames)) for starts in tables)
        return Packed([bytes(body) for _, body in items], fault or _WRONG_OFFSETS * wrong)
    told, begun = next((starts for starts in tables if starts), None), _by_content(items, n_frames)
    starts = begun or told
    if starts is None:
        raise UnreadableFile(
            "fragments cannot be assigned to frames",
            where=where,
            expected=f"{n_frames} frames, by an offset table or by how they begin",
            found=f"{len(items)} fragments",
        )
    ends = [*starts[1:], len(items)]
    frames = [b"".join(body for _, body in items[a:b]) for a, b in zip(starts, ends, strict=True)]
    return Packed(frames, fault or _WRONG_OFFSETS * any(one != starts for one in tables))


def _items(data: memoryview, where: object) -> tuple[list[int], _Items, str]:
    """The basic offset table, each fragment that is not empty with its place after the table, and what is amiss."""
    bodies, at = [], 0
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
        bodies.append((at, data[at + 8 : at + 8 + length]))
        at += 8 + length
    if not bodies or _begins(bodies[0][1]):
        return [], bodies, _NO_TABLE * bool(bodies)
    table = bodies[0][1]
    offsets = list(struct.unpack_from(f"<{len(table) // 4}I", table))
    return offsets, [(at - 8 - len(table), body) for at, body in bodies[1:] if body], ""


def _begins(body: memoryview) -> bool:
    return bytes(body[:8]).startswith(_STARTS)


def _require_one(frame: bytes, where: object) -> None:
    if any(another in frame for another in _ANOTHER):
        raise UnreadableFile(
            "one frame is promised and the pixel data holds several",
            where=where,
            expected="one compressed stream, as Number of Frames says",
            found="another stream after the end of the first",
            advice="Number of Frames has been lost or changed. Fetch the original file.",
        )


def _by_offsets(offsets: list[int], items: _Items, n_frames: int) -> list[int] | None:
    places = {place: number for number, (place, _) in enumerate(items)}
    starts = [places.get(offset, -1) for offset in offsets]
    rising = all(a < b for a, b in pairwise(starts))
    return starts if len(starts) == n_frames and min(starts) == 0 and rising else None


def _by_content(items: _Items, n_frames: int) -> list[int] | None:
    starts = [n for n, (_, body) in enumerate(items) if _begins(body)]
    return starts if len(starts) == n_frames and starts[0] == 0 else None
