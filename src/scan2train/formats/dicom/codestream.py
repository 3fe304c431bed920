"""What a compressed frame says of itself, read before anything is decoded.

Sizes are those of ISO/IEC 10918-1 B.2.2 (JPEG), 14495-1 C.2.2 (JPEG-LS) and 15444-1 A.5.1 (JPEG 2000). A decoder
allocates what the stream claims: a claim that is not the header's is a fault or a bomb. Some decoders make up what
is missing of a stream that was cut short, so that its last marker is looked for here.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from scan2train.errors import UnreadableFile

_SOC = b"\xff\x4f\xff\x51"
#: Start-of-frame markers of JPEG (C4, C8 and CC are no frames), and that of JPEG-LS.
_FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})
#: Frames of sequential DCT; their scans have every coefficient (10918-1 table B.3).
_SEQUENTIAL = (0xC0, 0xC1)
_START_OF_SCAN = 0xDA
_WHOLE_SCAN = b"\0\x3f\0"
#: End of image of JPEG and JPEG-LS, and end of codestream of JPEG 2000: one and the same marker.
_END = b"\xff\xd9"
#: Markers without a length.
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_ODD_SCAN = "the header of a sequential JPEG's scan leaves out coefficients; it was decoded as if it did not"


class Claim(NamedTuple):
    """Rows, columns, samples and bits that a stream claims; ``signed`` and ``transformed`` where it says so.

    ``reversible`` is false where the wavelets of JPEG 2000 lose.
    ``adobe`` is the colour transform of an Adobe marker (0 none, 1 YCbCr), -1 where there is none; ``boxed`` says
    that the codestream comes within a JP2 file, ``fault`` where the stream departs from its standard.
    """

    rows: int
    columns: int
    samples: int
    bits: int
    signed: bool = False
    transformed: bool = False
    reversible: bool = True
    adobe: int = -1
    named_rgb: bool = False
    boxed: bool = False
    fault: str = ""


def jpeg_claim(data: bytes, where: object) -> Claim:
    """What a JPEG or JPEG-LS stream claims.

    Raises
    ------
    UnreadableFile
        If it is no such stream, or is cut short.
    """
    if data[:2] != b"\xff\xd8":
        raise _no_stream("JPEG", where)
    at, adobe, kind, size = 2, -1, 0, len(data)
    found: Claim | None = None
    while at + 4 <= size:
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _BARE:
            at += 2
            continue
        length = data[at + 2] << 8 | data[at + 3]
        if marker == 0xEE and data[at + 4 : at + 9] == b"Adobe" and length >= 14:
            adobe = data[at + 15]
        if marker in _FRAMES and found is None and at + 10 <= size:
            bits, rows, columns, samples = struct.unpack_from(">BHHB", data, at + 4)
            ids = data[at + 10 : at + 10 + 3 * samples : 3]
            found = Claim(rows=rows, columns=columns, samples=samples, bits=bits, named_rgb=ids == b"RGB")
            kind = marker
        if marker == _START_OF_SCAN:
            if found is None:
                break
            _require_end(data, at, "JPEG", where)
            scan = data[at + 2 + length - 3 : at + 2 + length]
            odd = kind in _SEQUENTIAL and scan != _WHOLE_SCAN
            return found._replace(adobe=adobe, fault=_ODD_SCAN if odd else "")
        at += 2 + length
    raise _no_stream("JPEG", where) if found is None else _cut_short("JPEG", where)


def jpeg2000_claim(data: bytes, where: object) -> Claim:
    """What a JPEG 2000 codestream claims, bare or in a JP2 file.

    Raises
    ------
    UnreadableFile
        If there is none, or it is cut short.
    """
    at = data.find(_SOC)
    if at < 0 or at + 43 > len(data):
        raise _no_stream("JPEG 2000", where)
    _require_end(data, at, "JPEG 2000", where)
    x1, y1, x0, y0 = struct.unpack_from(">4I", data, at + 8)
    samples, depth = struct.unpack_from(">HB", data, at + 40)
    cod = data.find(b"\xff\x52\x00", at, at + 4096)
    reversible = cod < 0 or cod + 14 > len(data) or data[cod + 13] == 1
    transformed = cod >= 0 and cod + 9 <= len(data) and data[cod + 8] == 1
    return Claim(
        rows=y1 - y0,
        columns=x1 - x0,
        samples=samples,
        bits=(depth & 0x7F) + 1,
        signed=bool(depth & 0x80),
        transformed=transformed,
        reversible=reversible,
        boxed=at > 0,
    )


def _require_end(data: bytes, start: int, kind: str, where: object) -> None:
    if data.rfind(_END, start) < 0:
        raise _cut_short(kind, where)


def _cut_short(kind: str, where: object) -> UnreadableFile:
    return UnreadableFile(
        "the compressed frame is cut short",
        where=where,
        expected=f"a {kind} stream up to its end marker FFD9",
        found="no such marker",
        advice="Fetch the file again.",
    )


def _no_stream(kind: str, where: object) -> UnreadableFile:
    return UnreadableFile(
        f"the compressed frame is no {kind} stream",
        where=where,
        expected=f"a {kind} stream, as the transfer syntax says",
    )
