"""Uncompressed frames, and the bytes of encapsulated ones: read at known places, without parsing again."""

from __future__ import annotations

import os
import stat
import struct
import zlib
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from scan2train.errors import ChangedSource, UnreadableFile
from scan2train.formats.dicom.cell import HALVED, Cell

DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
_META = 132
#: How the element (7FE0,0001) of VR OV begins.
_EXTENDED = b"\xe0\x7f\x01\x00OV\0\0"
_OPEN = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


class Source(Protocol):
    """What native frames are read from."""

    path: str
    syntax: str

    def read_into(self, target: npt.NDArray[Any], at: int) -> None:
        """Fill a contiguous array from byte ``at`` on; raises ``UnreadableFile`` if there are not enough."""

    def written_as_words(self) -> bool:
        """Whether big-endian 8-bit pixels come in swapped pairs."""


class PixelFile:
    """One file's pixel data, at the place where the index found it.

    Parameters
    ----------
    path
        The file.
    size
        Its size when it was indexed, in bytes.
    offset, length
        Where the value of Pixel Data begins, and how long it is; counted in the inflated file where the transfer
        syntax is deflated.
    syntax
        Transfer Syntax UID.

    Raises
    ------
    ChangedSource
        If the file is gone or has another size.
    """

    def __init__(self, path: str, *, size: int | None, offset: int, length: int, syntax: str) -> None:
        self.path, self.offset, self.length, self.syntax = path, offset, length, syntax
        try:
            # Plain calls: a series has hundreds of files, and a file object costs more than the read itself.
            self._handle = os.open(path, _OPEN)
        except (OSError, ValueError) as error:
            raise ChangedSource("the file cannot be opened any more", where=path, found=error) from error
        about = os.fstat(self._handle)
        if not stat.S_ISREG(about.st_mode) or size not in (None, about.st_size):
            self.close()
            raise ChangedSource(
                "the file has changed since it was indexed",
                where=path,
                expected=f"a regular file of {size} bytes",
                found=f"{about.st_size} bytes",
                advice="Index the source again.",
            )
        self._inflated = self._inflate(about.st_size) if syntax == DEFLATED else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)

    def read_into(self, target: npt.NDArray[Any], at: int) -> None:
        """Fill a contiguous array from byte ``at`` of the pixel data on.

        Raises
        ------
        UnreadableFile
            If the pixel data, or the file, ends before the array is full.
        """
        wanted = target.nbytes
        if at + wanted > self.length:
            raise UnreadableFile(
                "pixel data are shorter than rows, columns, frames and bits demand",
                where=self.path,
                expected=f"{at + wanted} bytes",
                found=f"{self.length} bytes",
            )
        if self._inflated is None:
            got = os.preadv(self._handle, [target], self.offset + at)
            if got == wanted:
                return
            got = self._read_on(target, at, got)
        else:
            part = self._inflated[self.offset + at : self.offset + at + wanted]
            got = len(part)
            memoryview(target.reshape(-1).view(np.uint8))[:got] = part
        if got < wanted:
            raise self._ends_within(wanted, at, got)

    def _ends_within(self, wanted: int, at: int, got: int) -> UnreadableFile:
        return UnreadableFile(
            "the file ends within the pixel data",
            where=self.path,
            expected=f"{wanted} bytes at byte {self.offset + at}",
            found=f"{got} bytes",
        )

    def _read_on(self, target: npt.NDArray[Any], at: int, got: int) -> int:
        """Go on after a short read; how many bytes there are in the end."""
        view = memoryview(target.reshape(-1).view(np.uint8))
        while 0 < got < len(view):
            step = os.preadv(self._handle, [view[got:]], self.offset + at + got)
            if step == 0:
                break
            got += step
        return got

    def some(self, at: int, count: int) -> bytes:
        """Up to ``count`` bytes from byte ``at`` of the pixel data on, fewer only at their end.

        Raises
        ------
        UnreadableFile
            If the file ends before the pixel data.
        """
        wanted = min(count, self.length - at)
        if self._inflated is None:
            data = os.pread(self._handle, wanted, self.offset + at)
            while 0 < len(data) < wanted:
                more = os.pread(self._handle, wanted - len(data), self.offset + at + len(data))
                if not more:
                    break
                data += more
        else:
            data = self._inflated[self.offset + at : self.offset + at + wanted]
        if len(data) < wanted:
            raise self._ends_within(wanted, at, len(data))
        return data

    def extended_offsets(self, n_frames: int) -> tuple[int, ...]:
        """The Extended Offset Table that stands before encapsulated Pixel Data; empty where there is none.

        PS3.3 C.7.6.3.1.8 and PS3.5 A.4: (7FE0,0001) and (7FE0,0002), one 64-bit number a frame, in explicit VR.
        """
        size = 12 + 8 * n_frames
        before = os.pread(self._handle, 2 * size, max(0, self.offset - 12 - 2 * size))
        head = _EXTENDED + (8 * n_frames).to_bytes(4, "little")
        for at in (0, size):
            # With its lengths beside it, or alone.
            if before[at : at + 12] == head:
                return struct.unpack_from(f"<{n_frames}Q", before, at + 12)
        return ()

    def written_as_words(self) -> bool:
        """Whether an explicit header calls the value OW: big-endian 8-bit pixels then come in swapped pairs."""
        return os.pread(self._handle, 2, max(0, self.offset - 8)) == b"OW"

    def _inflate(self, size: int) -> bytes:
        """The file as it would be uncompressed, as far as the pixel data reach."""
        data = os.pread(self._handle, size, 0)
        begin = _META + 12 + int.from_bytes(data[_META + 8 : _META + 12], "little")
        wanted = self.offset + self.length - begin
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            return data[:begin] + unpacker.decompress(data[begin:], max(wanted, 1))
        except zlib.error as error:
            raise UnreadableFile(f"the deflated data are corrupt: {error}", where=self.path) from error


def read_cells(file: Source, cell: Cell, frame: int) -> npt.NDArray[Any]:
    """``(rows, columns, samples)`` cells of a native frame, in the byte order of this machine.

    One-bit pixels come as bytes of 0 and 1 (PS3.5 8.2: the first pixel is the lowest bit of the first byte).
    """
    if cell.allocated == 1:
        return _bits(file, cell, frame)
    if cell.photometric in HALVED:
        return _halved_chroma(file, cell, frame)
    words = np.empty(cell.values, dtype=cell.word)
    read_words(file, words, frame * words.nbytes)
    if cell.planar:
        return np.ascontiguousarray(words.reshape(cell.samples, cell.rows, cell.columns).transpose(1, 2, 0))
    return words.reshape(cell.rows, cell.columns, cell.samples)


def read_words(file: Source, words: npt.NDArray[Any], at: int) -> None:
    """Fill an array of cells from byte ``at`` on, and turn big-endian ones."""
    if file.syntax != BIG_ENDIAN:
        file.read_into(words, at)
    elif words.dtype.itemsize > 1:
        file.read_into(words, at)
        words.byteswap(inplace=True)
    elif file.written_as_words():
        first, last = at - at % 2, at + words.nbytes + (at + words.nbytes) % 2
        pairs = np.empty(last - first, dtype=np.uint8)
        file.read_into(pairs, first)
        words.view(np.uint8)[:] = pairs.reshape(-1, 2)[:, ::-1].reshape(-1)[at - first :][: words.nbytes]
    else:
        file.read_into(words, at)


def _bits(file: Source, cell: Cell, frame: int) -> npt.NDArray[Any]:
    first = frame * cell.values
    begin, end = first // 8, (first + cell.values + 7) // 8
    packed = np.empty(end - begin, dtype=np.uint8)
    file.read_into(packed, begin)
    bits = np.unpackbits(packed, bitorder="little")[first - begin * 8 :][: cell.values]
    return bits.reshape(cell.rows, cell.columns, cell.samples)


def _halved_chroma(file: Source, cell: Cell, frame: int) -> npt.NDArray[Any]:
    """Two luminances, then the blue and the red chroma that both share (PS3.3 C.7.6.3.1.2)."""
    pairs = np.empty((cell.values // 6, 4), dtype=cell.word)
    if cell.values % 6:
        raise UnreadableFile(
            "halved chroma needs an even number of columns", where=file.path, found=cell.columns
        )
    read_words(file, pairs.reshape(-1), frame * pairs.nbytes)
    return np.ascontiguousarray(pairs[:, [0, 2, 3, 1, 2, 3]]).reshape(cell.rows, cell.columns, 3)
