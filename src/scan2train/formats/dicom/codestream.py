"""What a compressed frame says of its own size, read before anything is decoded.

Sizes are those of ISO/IEC 10918-1 B.2.2 (JPEG), 14495-1 C.2.2 (JPEG-LS) and 15444-1 A.5.1 (JPEG 2000). A decoder
allocates what the stream claims: a claim that is not the header's is a fault or a bomb.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from scan2train.errors import UnreadableFile

_SOC = b"\xff\x4f\xff\x51"
#: Start-of-frame markers of JPEG (C4, C8 and CC are no frames), and that of JPEG-LS.
_FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})
#: Markers without a length.
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Rows, columns, samples and bits that a stream claims; ``signed`` and ``transformed`` where it says so.

    ``adobe`` is the colour transform of an Adobe marker (0 none, 1 YCbCr), -1 where there is none; ``boxed`` says
    that the codestream comes within a JP2 file.
    """

    rows: int
    columns: int
    samples: int
    bits: int
    signed: bool = False
    transformed: bool = False
    adobe: int = -1
    named_rgb: bool = False
    boxed: bool = False


def jpeg_claim(data: bytes, where: object) -> Claim:
    """What a JPEG or JPEG-LS stream claims.

    Raises
    ------
    UnreadableFile
        If it is no such stream, or ends before its frame header.
    """
    if data[:2] != b"\xff\xd8":
        raise _no_stream("JPEG", where)
    at, adobe = 2, -1
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _BARE:
            at += 2
            continue
        length = struct.unpack_from(">H", data, at + 2)[0]
        if marker == 0xEE and data[at + 4 : at + 9] == b"Adobe" and length >= 14:
            adobe = data[at + 15]
        if marker in _FRAMES and at + 10 <= len(data):
            bits, rows, columns, samples = struct.unpack_from(">BHHB", data, at + 4)
            ids = data[at + 10 : at + 10 + 3 * samples : 3]
            return Claim(
                rows=rows, columns=columns, samples=samples, bits=bits, adobe=adobe, named_rgb=ids == b"RGB"
            )
        at += 2 + length
    raise _no_stream("JPEG", where)


def jpeg2000_claim(data: bytes, where: object) -> Claim:
    """What a JPEG 2000 codestream claims, bare or in a JP2 file.

    Raises
    ------
    UnreadableFile
        If there is none.
    """
    at = data.find(_SOC)
    if at < 0 or at + 43 > len(data):
        raise _no_stream("JPEG 2000", where)
    x1, y1, x0, y0 = struct.unpack_from(">4I", data, at + 8)
    samples, depth = struct.unpack_from(">HB", data, at + 40)
    cod = data.find(b"\xff\x52\x00", at, at + 4096)
    transformed = cod >= 0 and cod + 9 <= len(data) and data[cod + 8] == 1
    return Claim(
        rows=y1 - y0,
        columns=x1 - x0,
        samples=samples,
        bits=(depth & 0x7F) + 1,
        signed=bool(depth & 0x80),
        transformed=transformed,
        boxed=at > 0,
    )


def _no_stream(kind: str, where: object) -> UnreadableFile:
    return UnreadableFile(
        f"the compressed frame is no {kind} stream",
        where=where,
        expected=f"a {kind} stream, as the transfer syntax says",
    )
