"""Headers of deflated data sets (PS3.5 A.5): inflated as far as the header needs, and no further than they may.

Offsets are those in the virtual file that is the preamble and meta group as stored, followed by the inflated data set.
"""

from __future__ import annotations

import os
import zlib

import numpy as np

from scan2train.formats.dicom.header import HEADER_LIMIT, OPEN_FLAGS, Headers, decode_block, merge
from scan2train.kernels import header_codes as codes
from scan2train.kernels.header_files import walk_memory

_FIRST = 256 << 10
_CHUNK = 1 << 20
#: A deflate stream cannot grow by more than this (zlib technical details, "Maximum Compression Factor").
_MOST_GROWTH = 1032
#: How much of the pixel data is inflated only to see that it is there.
_COUNTED = 256 << 20


def walk_deflated(headers: Headers, path: bytes, row: int, size: int) -> None:
    """Walk one deflated file into its row; the facts hold the outcome, as for any other file."""
    start = int(headers.facts[codes.F_DATA_AT, row])
    try:
        fd = os.open(path, OPEN_FLAGS)
    except OSError:
        headers.facts[codes.F_STATUS, row] = codes.UNOPENED
        return
    try:
        stream = Inflated(fd, start, size)
        _walk(headers, stream, row)
        if headers.facts[codes.F_STATUS, row] == codes.OK:
            _count(headers, stream, row)
    except (OSError, zlib.error):
        headers.facts[codes.F_STATUS, row] = codes.BROKEN
    finally:
        os.close(fd)


def header_bytes(fd: int, start: int, size: int, need: int) -> bytes:
    """The first ``need`` bytes of the virtual file of an open deflated one.

    Raises
    ------
    zlib.error, OSError
        If the stream is corrupt or cannot be read.
    """
    return Inflated(fd, start, size).read(need)


class Inflated:
    """The virtual file of a deflated one, from its beginning."""

    def __init__(self, fd: int, start: int, size: int) -> None:
        self.head = os.pread(fd, start, 0)
        self.body = bytearray()
        self.ended = False
        #: No virtual file can be longer than this.
        self.bound = start + (size - start) * _MOST_GROWTH
        self._fd, self._at, self._size = fd, start, size
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)

    def read(self, need: int) -> bytes:
        """The first ``need`` bytes, or all there are."""
        while len(self.head) + len(self.body) < need and not self.ended:
            self.body += self.more(need - len(self.head) - len(self.body))
        return bytes(self.head + self.body)[:need]

    def more(self, most: int) -> bytes:
        """At most ``most`` further bytes."""
        data = self._inflate.unconsumed_tail
        if not data:
            data = os.pread(self._fd, _CHUNK, self._at)
            self._at += len(data)
        out = self._inflate.decompress(data, most)
        self.ended = self._inflate.eof or (not data and not out)
        return out


def _walk(headers: Headers, stream: Inflated, row: int) -> None:
    want = _FIRST
    while True:
        data = stream.read(want)
        whole = len(data) if stream.ended and len(data) < want else stream.bound
        desk = headers.layout.desk()
        walk_memory(np.frombuffer(bytearray(data), dtype=np.uint8), whole, True, row, *headers.columns, desk)
        if headers.facts[codes.F_STATUS, row] != codes.MORE:
            break
        if want >= HEADER_LIMIT:
            headers.facts[codes.F_STATUS, row] = codes.LONG_HEADER
            break
        want = min(want * 8, HEADER_LIMIT)
    merge(headers, decode_block(headers, desk, row, row + 1))


def _count(headers: Headers, stream: Inflated, row: int) -> None:
    """See that the pixel data is there, as far as that is worth inflating."""
    if headers.facts[codes.F_PIXEL_KIND, row] == codes.PIXEL_ENCAPSULATED:
        headers.facts[codes.F_STATUS, row] = codes.MISMATCH
        return
    end = int(headers.facts[codes.F_PIXEL_AT, row] + headers.facts[codes.F_PIXEL_LENGTH, row])
    have = len(stream.head) + len(stream.body)
    while have < min(end, _COUNTED) and not stream.ended:
        have += len(stream.more(_CHUNK))
    if have < min(end, _COUNTED):
        headers.facts[codes.F_STATUS, row] = codes.TRUNCATED
