"""PNG: every chunk is judged before a decoder sees the file, and the decoder sees nothing but the image.

Source: W3C Portable Network Graphics (PNG) Specification, sections 5 and 11.
"""

from __future__ import annotations

import struct
import zlib
from io import FileIO
from pathlib import Path
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
import numpy.typing as npt

from scan2train.errors import HostileFile, NonconformingHeader, UnreadableFile
from scan2train.finding import Finding, Severity
from scan2train.formats.noticed import noticed
from scan2train.formats.picture_limits import check_pixels
from scan2train.formats.regular import open_regular

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Samples per pixel and bit depths allowed for each colour type (table 11.1).
_COLOURS = {
    0: (1, (1, 2, 4, 8, 16)),
    2: (3, (8, 16)),
    3: (1, (1, 2, 4, 8)),
    4: (2, (8, 16)),
    6: (4, (8, 16)),
}
_PALETTE = 3
#: First row, first column, step of rows, step of columns of the seven passes (section 8.2).
_ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
_MOST_CHUNKS = 1 << 20
#: Compressed text or profiles that swell beyond this are taken for a bomb.
_MOST_TEXT = 1 << 20
_INFLATE = 1 << 18


class Png(NamedTuple):
    """What the first chunk says, where all chunks are, and how many bytes follow the last."""

    width: int
    height: int
    bits: int
    colour: int
    interlaced: bool
    chunks: tuple[tuple[bytes, int, int], ...]
    tail: int

    @property
    def channels(self) -> int:
        """Values per pixel after decoding; a palette becomes red, green, blue."""
        return 3 if self.colour == _PALETTE else _COLOURS[self.colour][0]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of these values."""
        return np.dtype(np.uint16 if self.bits == 16 else np.uint8)


def examine(path: Path) -> Png:
    """Walk the chunks without reading what is in them.

    Raises
    ------
    UnreadableFile, NonconformingHeader, HostileFile
        If chunks are cut short or missing, the first one says what cannot be, or the picture would be too large.
    """
    with open_regular(path) as file:
        size = path.stat().st_size
        file.seek(len(_SIGNATURE))
        first = file.read(25)
        if len(first) < 25 or first[4:8] != b"IHDR":
            raise UnreadableFile("the first chunk is cut short or missing", where=path, expected="IHDR")
        chunks, end = _walk(file, size, path)
    width, height, bits, colour, _, _, interlace = struct.unpack(">IIBBBBB", first[8:21])
    if min(width, height) < 1 or bits not in _COLOURS.get(colour, (0, ()))[1] or first[18:20] != b"\0\0":
        raise NonconformingHeader(
            "IHDR says what no PNG can be", where=path, found=f"{width}×{height}, {bits} bits"
        )
    if interlace > 1 or not any(kind == b"IDAT" for kind, _, _ in chunks):
        raise NonconformingHeader("no image data, or in an unknown order", where=path)
    png = Png(width, height, bits, colour, interlace == 1, chunks, size - end)
    packed = sum(length for kind, _, length in chunks if kind == b"IDAT")
    if _raw_size(png) > 1032 * packed:
        raise UnreadableFile(
            "is too short for the picture that its header promises",
            where=path,
            found=f"{packed} packed bytes",
        )
    check_pixels(path, width, height)
    return png


def decode(path: Path, png: Png) -> npt.NDArray[Any]:
    """Rows of pixels, ``(height, width)`` or ``(height, width, c)``, grey levels as stored.

    Raises
    ------
    UnreadableFile, HostileFile
        If a checksum is wrong, or the image data are too short or too long.
    """
    data = path.read_bytes()
    for kind, at, length in png.chunks:
        (right,) = struct.unpack(">I", data[at + length : at + length + 4])
        if zlib.crc32(data[at - 4 : at + length]) != right:
            raise UnreadableFile(f"the checksum of chunk {kind!a} is wrong", where=path)
    _check_stream(data, png, path)
    kept = [data[at - 8 : at + length + 4] for kind, at, length in png.chunks if kind in _NEEDED]
    try:
        rows: npt.NDArray[Any] = imagecodecs.png_decode(_SIGNATURE + b"".join(kept))
    except Exception as error:  # what the library raises is its own affair
        raise UnreadableFile(f"cannot be decoded: {error}", where=path) from error
    if rows.shape[:2] != (png.height, png.width) or (rows.shape[2] if rows.ndim > 2 else 1) != png.channels:
        raise UnreadableFile("decodes to another size than its header says", where=path, found=rows.shape)
    # Decoders spread 1, 2 and 4 bits over 0 to 255; a mask's 1 must stay 1.
    return rows // np.uint8(255 // (2**png.bits - 1)) if png.bits < 8 and png.colour == 0 else rows


def oddities(path: Path, png: Png) -> tuple[Finding, ...]:
    """What is worth knowing about the file besides its pixels."""
    odd: list[Finding] = []
    if png.tail:
        odd.append(
            noticed("FIL002", path, "bytes follow after the picture's end; ignored", seen=f"{png.tail} bytes")
        )
    if png.colour == _PALETTE:
        message = "stored values are places in a palette; read as colours, so a mask's labels are lost"
        odd.append(noticed("PIX004", path, message, expected="grey levels for a mask"))
    if any(kind == b"tRNS" for kind, _, _ in png.chunks):
        message = "one colour is declared transparent; ignored"
        odd.append(noticed("PIX004", path, message, severity=Severity.INFO))
    if any(_swells(path, *chunk) for chunk in png.chunks):
        odd.append(noticed("FIL002", path, "compressed text swells far beyond its size; it was not read"))
    return tuple(odd)


_NEEDED = (b"IHDR", b"PLTE", b"IDAT", b"IEND")


def _walk(file: FileIO, size: int, path: Path) -> tuple[tuple[tuple[bytes, int, int], ...], int]:
    """Kind, offset of the content and length of every chunk, and the offset behind the last."""
    at = len(_SIGNATURE)
    chunks: list[tuple[bytes, int, int]] = []
    while at + 12 <= size and len(chunks) < _MOST_CHUNKS:
        file.seek(at)
        length, kind = struct.unpack(">I4s", file.read(8))
        if at + 12 + length > size:
            break
        chunks.append((kind, at + 8, length))
        at += 12 + length
        if kind == b"IEND":
            return tuple(chunks), at
    raise UnreadableFile("ends before the picture does", where=path, expected="a chunk IEND")


def _raw_size(png: Png) -> int:
    """Bytes of all rows before compression, each with the byte that names its filter."""
    samples = _COLOURS[png.colour][0] * png.bits

    def rows(width: int, height: int) -> int:
        return height * (1 + (width * samples + 7) // 8) if width and height else 0

    if not png.interlaced:
        return rows(png.width, png.height)
    return sum(
        rows(-(-(png.width - column) // wide), -(-(png.height - row) // high))
        for row, column, high, wide in _ADAM7
        if png.width > column and png.height > row
    )


def _check_stream(data: bytes, png: Png, path: Path) -> None:
    """See that the image data inflate to exactly what the header promises, a little at a time."""
    inflater = zlib.decompressobj()
    left = _raw_size(png)
    try:
        for kind, at, length in png.chunks:
            part = data[at : at + length] if kind == b"IDAT" else b""
            while part and not inflater.eof:
                left -= len(inflater.decompress(part, _INFLATE))
                part = inflater.unconsumed_tail
                if left < 0:
                    raise HostileFile("the image data go on beyond the picture", where=path)
    except zlib.error as error:
        raise UnreadableFile(f"the image data are corrupt: {error}", where=path) from error
    if left > 0 or not inflater.eof:
        raise UnreadableFile("the image data end too early", where=path, found=f"{left} bytes short")


def _swells(path: Path, kind: bytes, at: int, length: int) -> bool:
    if kind not in {b"zTXt", b"iTXt", b"iCCP"}:
        return False
    with open_regular(path) as file:
        file.seek(at)
        text = file.read(length)
    inflater = zlib.decompressobj()
    try:
        return len(inflater.decompress(_packed_part(kind, text), _MOST_TEXT + 1)) > _MOST_TEXT
    except zlib.error:
        return False


def _packed_part(kind: bytes, text: bytes) -> bytes:
    """Compressed part of a chunk: behind its keyword and, in iTXt, two flags and two more words (11.3.3, 11.3.4)."""
    if kind != b"iTXt":
        return text.partition(b"\0")[2][1:]
    flags = text.partition(b"\0")[2]
    return flags[2:].partition(b"\0")[2].partition(b"\0")[2] if flags[:1] == b"\1" else b""
