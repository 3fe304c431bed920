"""What a JPEG XL stream says of its size, read before anything is decoded (ISO/IEC 18181-1 D.2, D.3; -2 for boxes)."""

from __future__ import annotations

import struct

from scan2train.errors import UnreadableFile
from scan2train.formats.dicom.codestream import Claim

_CODESTREAM = b"\xff\x0a"
_BOXES = b"\0\0\0\x0cJXL \r\n\x87\n"
#: Sizes are written in so many bits, and the width may follow from the height by one of these ratios.
_SIZE_BITS = (9, 13, 18, 30)
_RATIOS = ((0, 0), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
#: Bits of a sample that have a short form.
_DEPTHS = (8, 10, 12)
#: Sizes and depth are told within so many bytes, where nothing unusual stands before them.
_ENOUGH = 32


def jpegxl_claim(data: bytes, where: object) -> Claim:
    """Rows, columns and bits that a JPEG XL stream claims, bare or in its boxes; ``samples`` is 0: not looked for.

    Raises
    ------
    UnreadableFile
        If it is no such stream.
    """
    begin = _codestream(data)
    if begin is None:
        raise UnreadableFile(
            "the compressed frame is no JPEG XL stream",
            where=where,
            expected="a JPEG XL stream, as the transfer syntax says",
        )
    bits = _Bits(data[begin : begin + _ENOUGH])
    rows, columns = _size(bits)
    return Claim(rows=rows, columns=columns, samples=0, bits=_depth(bits))


class _Bits:
    """Numbers from a stream, the lowest bit first."""

    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data, "little")

    def take(self, n: int) -> int:
        value = self._number & ((1 << n) - 1)
        self._number >>= n
        return value


def _codestream(data: bytes) -> int | None:
    """Where the codestream's header begins, after its mark."""
    if data[:2] == _CODESTREAM:
        return 2
    at = 0 if data[: len(_BOXES)] == _BOXES else len(data)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        # Part of a codestream begins with its number (18181-2 9.9).
        body = at + {b"jxlc": 8, b"jxlp": 12}.get(kind, 0)
        if body > at:
            return body + 2 if data[body : body + 2] == _CODESTREAM else None
        if length < 8:
            return None
        at += length
    return None


def _size(bits: _Bits) -> tuple[int, int]:
    small = bits.take(1)
    rows = _extent(bits, small)
    over, under = _RATIOS[bits.take(3)]
    return rows, rows * over // under if under else _extent(bits, small)


def _extent(bits: _Bits, small: int) -> int:
    return (bits.take(5) + 1) * 8 if small else bits.take(_SIZE_BITS[bits.take(2)]) + 1


def _depth(bits: _Bits) -> int:
    """Bits of a sample; 8 where all is usual, or where an unusual header puts other things first."""
    if bits.take(1) or bits.take(1) or bits.take(1):
        return 8
    form = bits.take(2)
    return _DEPTHS[form] if form < len(_DEPTHS) else bits.take(6) + 1
