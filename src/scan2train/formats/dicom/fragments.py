"""Encapsulated Pixel Data: which bytes are which frame (PS3.5 A.4)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

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
#: That end marker as a number of two bytes, and fewer bytes than any stream has.
_END_MARK, _NO_STREAM = 0xD9FF, 16
_PAIR = np.dtype("<u2")
#: An item's tag and length, and as much of its body as tells whether a frame begins there.
_HEAD, _LOOK = 8, 16

_NO_TABLE = "the basic offset table is missing; the first item was taken for a fragment"
_WRONG_OFFSETS = "the offset table does not point at the frames; they were told by their order and beginnings"

#: Reads up to so many bytes from a place in the value of Pixel Data on.
Read = Callable[[int, int], bytes]


class _Item(NamedTuple):
    """A fragment that is not empty: its place after the offset table, its body, and whether a frame begins there."""

    place: int
    begin: int
    end: int
    begins: bool


_Items = list[_Item]


@dataclass(frozen=True, slots=True)
class Packed:
    """Where in the value the fragments of each frame begin and end.

    ``fault`` says where the items depart from the standard, empty if nowhere.
    """

    frames: list[list[tuple[int, int]]]
    fault: str = ""

    def join(self, number: int, read: Read, where: object) -> bytes:
        """The bytes of one frame.

        Raises
        ------
        UnreadableFile
            If one frame is promised and several streams are there.
        """
        parts = [read(begin, end - begin) for begin, end in self.frames[number]]
        frame = parts[0] if len(parts) == 1 else b"".join(parts)
        if len(self.frames) == 1:
            _require_one(frame, where)
        return frame


def frames_of(read: Read, length: int, n_frames: int, where: object, extended: Sequence[int] = ()) -> Packed:
    """Find the fragments of each frame. Of the value only the heads of its items are read.

    Parameters
    ----------
    read
        Reads from the value of Pixel Data, which begins with its first item; bytes after the sequence delimiter are
        ignored.
    length
        The value's length in bytes.
    n_frames
        How many frames the header promises.
    where
        The file, for messages.
    extended
        The Extended Offset Table (PS3.3 C.7.6.3.1.8); empty if there is none.

    Raises
    ------
    UnreadableFile
        If items run over the end, there are none, or they cannot be assigned to frames.
    """
    offsets, items, fault = _items(read, length, where)
    if not items:
        raise UnreadableFile("encapsulated pixel data holds no fragment", where=where, found="0 fragments")
    spans = [(item.begin, item.end) for item in items]
    if n_frames == 1:
        return Packed([spans], fault)
    tables = [_by_offsets(list(table), items, n_frames) for table in (extended, offsets) if table]
    if len(items) == n_frames:
        wrong = any(starts != list(range(n_frames)) for starts in tables)
        return Packed([[span] for span in spans], fault or _WRONG_OFFSETS * wrong)
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
    frames = [spans[a:b] for a, b in zip(starts, ends, strict=True)]
    return Packed(frames, fault or _WRONG_OFFSETS * any(one != starts for one in tables))


def _items(read: Read, total: int, where: object) -> tuple[list[int], _Items, str]:
    """The basic offset table, each fragment that is not empty, and what is amiss."""
    items: _Items = []
    at = first = 0
    table: list[int] | None = None
    while at + _HEAD <= total:
        head = read(at, _LOOK)
        tag, length = struct.unpack_from("<II", head)
        if tag == _END:
            break
        if tag != _ITEM or length > total - at - _HEAD:
            raise UnreadableFile(
                "a fragment of the pixel data runs over its end, or is none",
                where=where,
                expected=f"an item of at most {total - at - _HEAD} bytes at byte {at} of the pixel data",
                found=f"tag {tag & 0xFFFF:04X},{tag >> 16:04X} with {length} bytes",
            )
        begin, end = at + _HEAD, at + _HEAD + length
        begins = head[_HEAD : _HEAD + length].startswith(_STARTS)
        if table is None:
            table = [] if begins else list(struct.unpack(f"<{length // 4}I", read(begin, length // 4 * 4)))
            first = at if begins else end
        if end > begin and (at > 0 or begins):
            items.append(_Item(at - first, begin, end, begins))
        at = end
    return table or [], items, _NO_TABLE * bool(items and items[0].begin == _HEAD)


def _require_one(frame: bytes, where: object) -> None:
    if _ends_before(frame) and any(another in frame for another in _ANOTHER):
        raise UnreadableFile(
            "one frame is promised and the pixel data holds several",
            where=where,
            expected="one compressed stream, as Number of Frames says",
            found="another stream after the end of the first",
            advice="Number of Frames has been lost or changed. Fetch the original file.",
        )


def _ends_before(frame: bytes) -> bool:
    """Whether an end marker stands where another stream has room behind it: a quick look that suffices for most."""
    room = (len(frame) - _NO_STREAM) // 2
    if room <= 0:
        return False
    even, odd = np.frombuffer(frame, _PAIR, room), np.frombuffer(frame, _PAIR, room, 1)
    return bool(np.logical_or.reduce(even == _END_MARK) or np.logical_or.reduce(odd == _END_MARK))


def _by_offsets(offsets: list[int], items: _Items, n_frames: int) -> list[int] | None:
    places = {item.place: number for number, item in enumerate(items)}
    starts = [places.get(offset, -1) for offset in offsets]
    rising = all(a < b for a, b in pairwise(starts))
    return starts if len(starts) == n_frames and min(starts) == 0 and rising else None


def _by_content(items: _Items, n_frames: int) -> list[int] | None:
    starts = [n for n, item in enumerate(items) if item.begins]
    return starts if len(starts) == n_frames and starts[0] == 0 else None
