"""RLE Lossless (PS3.5 annex G): a frame of byte planes, each packed by runs."""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import UnreadableFile
from scan2train.formats.dicom.cell import Cell

_HEADER = 64


def decode_rle(data: bytes, cell: Cell, where: object) -> npt.NDArray[Any]:
    """``(rows, columns, samples)`` cells of one frame.

    Raises
    ------
    UnreadableFile
        If the number of segments, their offsets, or what they unpack to is not what the frame needs.
    """
    from scan2train.kernels.rle import unpack

    width = cell.word.itemsize
    pixels = cell.rows * cell.columns
    wanted = cell.samples * width
    numbers = struct.unpack_from("<16I", data) if len(data) >= _HEADER else (0,) * 16
    offsets = [*numbers[1 : 1 + min(numbers[0], 15)], len(data)]
    rising = all(_HEADER <= a < b for a, b in pairwise(offsets))
    if numbers[0] != wanted or not rising or cell.allocated < 8:
        raise UnreadableFile(
            "the run-length header does not fit the frame",
            where=where,
            expected=f"{wanted} segments within {len(data)} bytes",
            found=f"{numbers[0]} segments at {offsets[:-1]}",
        )
    packed = np.frombuffer(data, dtype=np.uint8)
    planes = np.empty((cell.samples, pixels), dtype=cell.word)
    flat = planes.view(np.uint8).reshape(-1)
    for segment, (begin, end) in enumerate(pairwise(offsets)):
        sample, byte = divmod(segment, width)
        # The most significant byte plane comes first.
        start = sample * pixels * width + (width - 1 - byte)
        if unpack(packed[begin:end], flat, start, width, pixels) != pixels:
            raise UnreadableFile(
                "a run-length segment does not unpack to just one byte a pixel",
                where=where,
                expected=f"{pixels} bytes in segment {segment}",
            )
    return np.ascontiguousarray(planes.reshape(cell.samples, cell.rows, cell.columns).transpose(1, 2, 0))
