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

#: Threads share what is kept of a file of many frames, and read it once.
_reading = threading.Lock()


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
    packed = _packed(kept, place)
    decoded = decode_frame(packed.frames[frame], place.syntax, cell, place.path, out)
    made = decoded.cells.reshape(-1).view(np.uint8)
    if made.ctypes.data != out.ctypes.data:
        out[:] = made
    return decoded.photometric, decoded.odd, packed.fault or decoded.fault


def _packed(kept: Kept, place: Place) -> Packed:
    if place.total == 1:
        return _frames(place)
    with _reading:
        if kept.get("place") != place:
            kept["place"], kept["frames"] = place, _frames(place)
        packed: Packed = kept["frames"]
        return packed


def _frames(place: Place) -> Packed:
    with place.open() as file:
        extended = file.extended_offsets(place.total) if place.total > 1 else ()
        return frames_of(file.value(), place.total, place.path, extended)
