"""The frame of a ``.b2nd`` file: sizes and type, judged before the library of the format sees a byte.

Source: Blosc2 frame format, https://github.com/Blosc/c-blosc2/blob/main/README_CFRAME_FORMAT.rst, and B2ND metalayer,
https://github.com/Blosc/c-blosc2/blob/main/README_B2ND_METALAYER.rst.
"""

from __future__ import annotations

import math
import re
import struct
from mmap import mmap
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from scan2train.errors import HostileFile, NonconformingHeader, UnreadableFile
from scan2train.formats.regular import largest_image

#: What an image may measure whatever the file holds: blank chunks are stored in no bytes at all, and what is blank
#: is not touched, so that it takes no memory either.
_BLANK = 1 << 30
#: What may be decoded whatever the file holds, and how often the bytes of the file beyond: a chunk of 64 × 64 × 64
#: equal values comes to 6000 times what it is stored in.
SMALL, MOST_RATIO = 64 << 20, 8_000
_HEADER, _META, _MOST_AXES = 87, 91, 8
_LARGEST_CHUNK = 1 << 30
_TYPE = re.compile(rb"[<>|=]?[biuf][1248]")
#: Bytes behind the trailer's own length: a marker of the fingerprint, its kind, and the fingerprint.
_FINGERPRINT = 18


class Frame(NamedTuple):
    """Shape, chunks and type of the array, and the decoded size of everything that is stored beside it."""

    shape: tuple[int, ...]
    chunk: tuple[int, ...]
    dtype: np.dtype[Any]
    beside: int


def examine(data: bytes | mmap, path: Path) -> Frame:
    """What the frame says.

    Raises
    ------
    UnreadableFile
        If it is cut short or its parts lie outside it.
    NonconformingHeader
        If it holds no array, or contradicts itself.
    HostileFile
        If it promises more than an image may be, or than the file can honestly hold.
    """
    try:
        frame = _parse(data, path)
    except (struct.error, IndexError) as error:
        raise UnreadableFile("the frame is cut short, or its parts lie outside it", where=path) from error
    wanted = math.prod(frame.shape) * frame.dtype.itemsize
    padded = math.prod(-(-n // c) * c for n, c in zip(frame.shape, frame.chunk, strict=True))
    justified = max(SMALL, MOST_RATIO * len(data))
    if (
        max(wanted, padded * frame.dtype.itemsize) > min(largest_image(), max(_BLANK, justified))
        or frame.beside > min(largest_image(), justified)
        or math.prod(frame.chunk) * frame.dtype.itemsize > _LARGEST_CHUNK
    ):
        raise HostileFile(
            "the image is larger than an image may be, or would swell far beyond its file",
            where=path,
            expected=f"at most {MOST_RATIO} times {len(data)} bytes, in chunks of {_LARGEST_CHUNK} at most",
            found=f"shape {frame.shape} in chunks of {frame.chunk}",
        )
    return frame


def _parse(data: bytes | mmap, path: Path) -> Frame:
    header, total = struct.unpack_from(">ixQ", data, 11)
    (typesize,) = struct.unpack_from(">i", data, 48)
    if total != len(data) or not _HEADER < header <= total:
        raise UnreadableFile(
            "is not as long as its frame", where=path, expected=f"{total} bytes", found=f"{len(data)} bytes"
        )
    shape, chunk, dtype = _array(data[:header], path)
    if typesize != dtype.itemsize:
        raise NonconformingHeader("two sizes of one value", where=path, expected=dtype, found=typesize)
    return Frame(shape, chunk, dtype, _beside(data) if data[68] == 0xC3 else 0)


def _array(header: bytes, path: Path) -> tuple[tuple[int, ...], tuple[int, ...], np.dtype[Any]]:
    """Shape, chunk shape and type out of the layer ``b2nd``."""
    (count,) = struct.unpack_from(">xH", header, _META)
    at = _META + 3
    for _ in range(count):
        length = header[at] & 0x1F
        name = header[at + 1 : at + 1 + length]
        (place,) = struct.unpack_from(">xi", header, at + 1 + length)
        at += 6 + length
        if name == b"b2nd" and place > 0:
            return _layer(header, place + 5, path)
    raise NonconformingHeader("a frame of Blosc2 that holds no array", where=path, expected="a layer b2nd")


def _layer(header: bytes, at: int, path: Path) -> tuple[tuple[int, ...], tuple[int, ...], np.dtype[Any]]:
    axes = header[at + 2]
    if not 1 <= axes <= _MOST_AXES:
        raise NonconformingHeader("an impossible number of axes", where=path, found=axes)
    shape = struct.unpack_from(">" + "xq" * axes, header, at + 4)
    at += 4 + 9 * axes
    chunk = struct.unpack_from(">" + "xi" * axes, header, at + 1)
    block = struct.unpack_from(">" + "xi" * axes, header, at + 2 + 5 * axes)
    at += 2 + 10 * axes
    (length,) = struct.unpack_from(">xxI", header, at)
    name = header[at + 6 : at + 6 + length]
    if min(shape) < 1 or min(chunk) < 1 or min(block) < 1 or not _TYPE.fullmatch(name):
        raise NonconformingHeader(
            "sizes or type of an array that is not read", where=path, found=f"{shape}, {name!a:.40}"
        )
    return shape, chunk, np.dtype(name.decode())


def _beside(data: bytes | mmap) -> int:
    """Decoded bytes of the values of variable length, which stand in the trailer as chunks of Blosc2."""
    (length,) = struct.unpack_from(">I", data, len(data) - _FINGERPRINT - 4)
    at = len(data) - length
    if not 0 < at < len(data):
        raise struct.error("trailer")
    (count,) = struct.unpack_from(">xH", data, at + 6)
    at += 9
    for _ in range(count):
        at += 1 + (data[at] & 0x1F) + 5
    at += 3
    sizes = []
    for _ in range(count):
        (size,) = struct.unpack_from(">xI", data, at)
        sizes.append(struct.unpack_from("<I", data, at + 5 + 4)[0])
        at += 5 + size
    return max(sizes, default=0)
