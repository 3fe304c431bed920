"""Bytes of a file that may lie: nothing is allocated or read that the file's own length cannot justify."""

from __future__ import annotations

import bz2
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, Self, cast

import numpy as np
import numpy.typing as npt
from isal import igzip_lib

from scan2train.errors import HostileFile, UnreadableFile
from scan2train.formats.regular import largest_image, open_regular

Coding = Literal["raw", "gzip", "zlib", "bzip2"]

#: How many bytes one compressed byte can stand for at most. DEFLATE: a match of 258 bytes takes 2 bits
#: (RFC 1951). bzip2: a block of 900 000 bytes, run-length coded 255 to 5 before, shrinks to about 40 bytes.
MOST_PER_BYTE = {"raw": 1, "gzip": 1032, "zlib": 1032, "bzip2": 1_200_000}
#: Surplus that is still inflated to reach the checksum behind it; what swells beyond it is a bomb.
MOST_SURPLUS = 1 << 20

_INPUT = 1 << 17
_OUTPUT = 1 << 17
_GZIP_MAGIC = b"\x1f\x8b"
_CORRUPT = (cast("type[Exception]", igzip_lib.IsalError), OSError, ValueError, EOFError)


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class Stream:
    """The bytes of a regular file from an offset on, inflated on the way where they are compressed.

    Parameters
    ----------
    path
        The file. Pipes, sockets and devices are refused without being read.
    coding
        How the bytes are packed. A gzip stream may have several members.
    offset
        Where in the file they begin.
    length
        How many bytes of the file belong to them; all that follow if not given.

    Raises
    ------
    UnreadableFile
        If the file cannot be opened or ends before ``offset + length``.
    HostileFile
        If it is no regular file.
    """

    def __init__(
        self, path: Path, coding: Coding = "raw", *, offset: int = 0, length: int | None = None
    ) -> None:
        self.path = path
        self.coding = coding
        self._file = open_regular(path)
        size = os.fstat(self._file.fileno()).st_size
        self._left = size - offset if length is None else length
        if offset < 0 or self._left < 0 or offset + self._left > size:
            self._file.close()
            raise UnreadableFile(
                "the data would begin or end beyond the file",
                where=path,
                expected=f"bytes {offset} to {offset + max(self._left, 0)}",
                found=f"{size} bytes",
            )
        self._length = self._left
        self._file.seek(offset)
        self._decompressor = None if coding == "raw" else _decompressor(coding)
        self._pending = b""
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def read(self, count: int) -> bytes:
        """Read up to ``count`` bytes, fewer only at the end."""
        parts = []
        while count > 0 and (part := self._some(min(count, _OUTPUT))):
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def skip(self, count: int) -> int:
        """Pass over up to ``count`` bytes; returns how many there were."""
        if self._decompressor is None:
            passed = min(count, self._left)
            self._file.seek(passed, os.SEEK_CUR)
            self._left -= passed
            return passed
        passed = 0
        while passed < count and (part := self._some(min(count - passed, _OUTPUT))):
            passed += len(part)
        return passed

    def array(self, dtype: npt.DTypeLike, count: int) -> npt.NDArray[Any]:
        """Read ``count`` values as a flat array.

        Raises
        ------
        UnreadableFile
            If the stream is shorter, or cannot possibly be that long.
        HostileFile
            If it would take more memory than an image may.
        """
        kind = np.dtype(dtype)
        wanted = count * kind.itemsize
        self.justify(wanted)
        values = np.empty(count, kind)
        target = memoryview(values.view(np.uint8)) if count else memoryview(b"")
        done = 0
        while done < wanted:
            got = self._into(target[done:])
            if got == 0:
                raise _short(self.path, wanted, done)
            done += got
        return values

    def justify(self, wanted: int) -> None:
        """Refuse ``wanted`` bytes if an image may not have them, or the file cannot hold them.

        Raises
        ------
        UnreadableFile, HostileFile
            As :meth:`array`.
        """
        if wanted > largest_image():
            raise HostileFile(
                "the image is larger than an image may be",
                where=self.path,
                expected=f"at most {largest_image()} bytes",
                found=f"{wanted} bytes",
                advice="Set SCAN2TRAIN_LARGEST_IMAGE_GIB to allow more, if you trust where it comes from.",
            )
        held = self._left if self._decompressor is None else self._length
        possible = held * MOST_PER_BYTE[self.coding]
        if wanted > possible:
            raise _short(self.path, wanted, possible)

    def surplus(self) -> int:
        """How many bytes are left, those behind a compressed stream included; checks the checksum on the way.

        Raises
        ------
        HostileFile
            If a compressed stream goes on for more than :data:`MOST_SURPLUS` bytes.
        """
        if self._decompressor is None:
            return self._left
        found = self.skip(MOST_SURPLUS + 1)
        if found > MOST_SURPLUS:
            raise HostileFile(
                "the compressed data go on far beyond the image",
                where=self.path,
                expected="the end of the stream after the last voxel",
                found=f"more than {MOST_SURPLUS} further bytes",
                advice="Inflate the file yourself and look at it, if you trust where it comes from.",
            )
        return found + len(self._pending) + self._left

    def _into(self, target: memoryview) -> int:
        if self._decompressor is None:
            got = self._file.readinto(target[: self._left]) or 0
            self._left -= got
            return got
        part = self._some(min(len(target), _OUTPUT))
        target[: len(part)] = part
        return len(part)

    def _some(self, limit: int) -> bytes:
        """Up to ``limit`` bytes; none only at the end."""
        if self._decompressor is None:
            return self._packed(limit)
        while True:
            if self._ended or (self._decompressor.eof and not self._next_member()):
                return b""
            feed = b""
            if self._pending or self._decompressor.needs_input:
                feed, self._pending = self._pending or self._packed(_INPUT), b""
                if not feed and self._decompressor.needs_input:
                    raise UnreadableFile("the compressed data end too early", where=self.path)
            try:
                part = self._decompressor.decompress(feed, limit)
            except _CORRUPT as error:
                raise UnreadableFile(f"the compressed data are corrupt: {error}", where=self.path) from error
            if part:
                return part

    def _next_member(self) -> bool:
        """Go on to the next member of a gzip stream; false where there is none."""
        assert self._decompressor is not None
        rest = self._decompressor.unused_data
        if self.coding == "gzip" and len(rest) < len(_GZIP_MAGIC):
            rest += self._packed(_INPUT)
        if self.coding == "gzip" and rest.startswith(_GZIP_MAGIC):
            self._decompressor = _decompressor("gzip")
            self._pending = rest
            return True
        self._ended = True
        self._pending = rest
        return False

    def _packed(self, limit: int) -> bytes:
        part = self._file.read(min(limit, self._left))
        self._left -= len(part)
        return part


def _decompressor(coding: Coding) -> _Decompressor:
    if coding == "bzip2":
        return bz2.BZ2Decompressor()
    flag = igzip_lib.DECOMP_GZIP if coding == "gzip" else igzip_lib.DECOMP_ZLIB
    packed: _Decompressor = igzip_lib.IgzipDecompressor(flag=flag)
    return packed


def _short(path: Path, wanted: int, found: int) -> UnreadableFile:
    return UnreadableFile(
        "is too short for the image that its header promises",
        where=path,
        expected=f"{wanted} bytes of voxels",
        found=f"at most {found}",
        advice="The file is truncated or its header lies; fetch it again.",
    )
