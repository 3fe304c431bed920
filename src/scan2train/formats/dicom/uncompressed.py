"""Frames in fragments that no image codec made: plain bytes, or plain bytes deflated (PS3.5 A.4.11, A.4.13)."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import HostileFile, UnreadableFile
from scan2train.formats.dicom.cell import Cell
from scan2train.formats.dicom.native import read_cells
from scan2train.knowledge.transfer_syntaxes import DEFLATED_FRAMES


def decode_uncompressed(data: bytes, syntax: str, cell: Cell, where: object) -> npt.NDArray[Any]:
    """``(rows, columns, samples)`` cells of one frame, in little endian and as native pixels lie.

    Raises
    ------
    UnreadableFile
        If the frame is too short, or its deflated stream is corrupt or cut short.
    HostileFile
        If it inflates to more than the frame.
    """
    wanted = (cell.native_bits + 7) // 8
    if syntax == DEFLATED_FRAMES:
        data = _inflated(data, wanted, where)
    return read_cells(_Bytes(data, str(where)), cell, 0)


def _inflated(data: bytes, wanted: int, where: object) -> bytes:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        # An even length is made by one byte of padding, before or after deflating.
        found = unpacker.decompress(data, wanted + 2)
    except zlib.error as error:
        raise UnreadableFile(f"the deflated frame is corrupt: {error}", where=where) from error
    if len(found) > wanted + wanted % 2:
        raise HostileFile(
            "the deflated frame is larger than the header says", where=where, expected=f"{wanted} bytes"
        )
    if not unpacker.eof:
        raise UnreadableFile("the deflated frame is cut short", where=where, found="no end of its stream")
    return found


class _Bytes:
    """A frame's bytes, read as those of a file."""

    syntax = ""

    def __init__(self, data: bytes, path: str) -> None:
        self.path, self._data = path, data

    def read_into(self, target: npt.NDArray[Any], at: int) -> None:
        part = self._data[at : at + target.nbytes]
        if len(part) < target.nbytes:
            raise UnreadableFile(
                "the frame is shorter than rows, columns and bits demand",
                where=self.path,
                expected=f"{at + target.nbytes} bytes",
                found=f"{len(self._data)} bytes",
            )
        target.reshape(-1).view(np.uint8)[:] = np.frombuffer(part, dtype=np.uint8)

    def written_as_words(self) -> bool:
        return False
