"""One frame of an encapsulated file to cells; runs in a decoder's process, and imports nothing that is heavy there."""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scan2train.decoder.task import Kept
from scan2train.formats.dicom.cell import Cell
from scan2train.formats.dicom.codecs import decode_frame
from scan2train.formats.dicom.fragments import Packed, frames_of
from scan2train.formats.dicom.native import PixelFile

#: Threads share where the frames of a file of many lie, and look for them once.
_reading = threading.Lock()
#: Bytes in which offset table and first fragment begin where a file has one frame.
_BEGIN = 64


class Place(NamedTuple):
    """A file's encapsulated Pixel Data; see :class:`~scan2train.formats.dicom.native.PixelFile`.

    ``total`` is the number of frames that the header promises.
    """

    path: str
    size: int | None
    offset: int
    length: int
    syntax: str
    total: int

    def open(self) -> PixelFile:
        """The file's pixel data."""
        return PixelFile(
            self.path, size=self.size, offset=self.offset, length=self.length, syntax=self.syntax
        )


def decode_into(
    kept: Kept, out: npt.NDArray[np.uint8], cell: Cell, place: Place, frame: int
) -> tuple[str, ...]:
    """Fill ``out`` with ``(rows, columns, samples)`` cells.

    Returns
    -------
    The photometric interpretation that they are in, where stream and header disagree, and where the stream or its
    items depart from their standard.

    Raises
    ------
    ChangedSource, UnreadableFile, HostileFile, DecoderMissing
        If the file or the stream is not what the index says.
    """
    packed, data = _frame(kept, place, frame)
    decoded = decode_frame(data, place.syntax, cell, place.path, out)
    made = decoded.cells.reshape(-1).view(np.uint8)
    if not np.may_share_memory(made, out):
        out[:] = made
    return decoded.photometric, decoded.odd, packed.fault or decoded.fault


def _frame(kept: Kept, place: Place, frame: int) -> tuple[Packed, bytes]:
    """Where the file's frames lie, and the bytes of one of them."""
    with place.open() as file:
        if place.total > 1:
            packed = _packed(kept, place, file)
            return packed, packed.join(frame, file.some, place.path)
        begin = file.some(0, _BEGIN)

        def read(at: int, count: int) -> bytes:
            return begin[at : at + count] if at + count <= len(begin) else file.some(at, count)

        packed = frames_of(read, place.length, 1, place.path)
        return packed, packed.join(frame, read, place.path)


def _packed(kept: Kept, place: Place, file: PixelFile) -> Packed:
    with _reading:
        if kept.get("place") != place:
            extended = file.extended_offsets(place.total)
            kept["frames"] = frames_of(file.some, place.length, place.total, place.path, extended)
            kept["place"] = place
        packed: Packed = kept["frames"]
        return packed
