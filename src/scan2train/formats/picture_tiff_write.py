"""Writing TIFF: one page a slice, uncompressed, so that every value is kept and every reader finds it.

Source: TIFF Revision 6.0, sections 2, 3 and 19.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse

_LARGEST = 1 << 32
_SHORT, _LONG = 3, 4
_GREY, _RGB = 1, 2
_FORMATS = {"u": 1, "i": 2, "f": 3}


def write_tiff(pages: npt.NDArray[Any], file: BinaryIO, path: Path) -> None:
    """Write ``(page, row, column[, c])`` with 1, 3 or 4 values a pixel.

    Raises
    ------
    WrongUse
        If it does not fit into the 4 GiB that a TIFF can hold.
    """
    count, rows, columns, *channels = pages.shape
    samples = channels[0] if channels else 1
    size = rows * columns * samples * pages.dtype.itemsize
    padded = size + size % 2
    fields = _fields(pages.dtype, rows, columns, samples)
    head = 2 + 12 * len(fields) + 4 + 2 * 2 * (samples + samples % 2)
    if 8 + count * (head + padded) > _LARGEST:
        raise WrongUse(
            "a TIFF holds 4 GiB at most", where=path, found=f"{count * size} bytes", advice="Write .nii.gz."
        )
    file.write(struct.pack("<2sHI", b"II", 42, 8))
    at = 8
    for number, page in enumerate(pages):
        following = at + head + padded if number < count - 1 else 0
        file.write(_directory({**fields, 273: (at + head,), 279: (size,)}, at, head, following))
        file.write(np.ascontiguousarray(page, page.dtype.newbyteorder("<")).tobytes() + bytes(size % 2))
        at = following


def _fields(dtype: np.dtype[Any], rows: int, columns: int, samples: int) -> dict[int, tuple[int, ...]]:
    """Tags and their values, in the order of the tags; those of offset and length are filled in for each page."""
    fields = {
        256: (columns,),
        257: (rows,),
        258: (8 * dtype.itemsize,) * samples,
        259: (1,),
        262: (_RGB if samples > 1 else _GREY,),
        273: (0,),
        277: (samples,),
        278: (rows,),
        279: (0,),
        339: (_FORMATS[dtype.kind],) * samples,
    }
    if samples > 3:
        fields[338] = (2,)  # alpha that is not multiplied into the colours
    return dict(sorted(fields.items()))


def _directory(fields: dict[int, tuple[int, ...]], at: int, head: int, following: int) -> bytes:
    lists = at + 2 + 12 * len(fields) + 4
    entries, behind = b"", b""
    for tag, values in fields.items():
        if len(values) > 2:
            entries += struct.pack("<HHII", tag, _SHORT, len(values), lists + len(behind))
            behind += struct.pack(f"<{len(values)}H", *values)
        elif len(values) == 2:
            entries += struct.pack("<HHIHH", tag, _SHORT, 2, *values)
        else:
            entries += struct.pack("<HHII", tag, _LONG, 1, values[0])
    packed = struct.pack("<H", len(fields)) + entries + struct.pack("<I", following) + behind
    return packed.ljust(head, b"\0")
