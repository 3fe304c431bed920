"""Voxels written as numbers in text."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import UnreadableFile
from scan2train.formats.bounded import Stream
from scan2train.formats.pieces import Piece

#: Longest a number can be in text, with the space that follows it.
_LONGEST = 64


def read_text(pieces: tuple[Piece, ...], dtype: np.dtype[Any], count: int) -> npt.NDArray[Any]:
    """Read ``count`` numbers separated by white space or commas, as a flat array of native byte order.

    Raises
    ------
    UnreadableFile
        If there are fewer or more, or one is no number of that type.
    """
    words: list[bytes] = []
    for piece in pieces:
        with Stream(piece.path, offset=piece.offset) as stream:
            stream.justify(2 * (count // len(pieces)) - 1)
            words += stream.read(count * _LONGEST).replace(b",", b" ").split()
    kind = dtype.newbyteorder("=")
    try:
        if len(words) != count:
            raise UnreadableFile(
                "not as many numbers as voxels", where=pieces[0].path, expected=count, found=len(words)
            )
        return np.array([float(w) for w in words] if kind.kind == "f" else [int(w) for w in words], kind)
    except (ValueError, OverflowError) as error:
        raise UnreadableFile(f"no number of type {kind}: {error}", where=pieces[0].path) from error


def read_hex(pieces: tuple[Piece, ...], dtype: np.dtype[Any], count: int) -> npt.NDArray[Any]:
    """Read ``count`` values written as hexadecimal bytes, as a flat array of native byte order.

    Raises
    ------
    UnreadableFile
        If there are fewer or more, or a character is no digit.
    """
    wanted = 2 * count * dtype.itemsize
    text = b""
    for piece in pieces:
        with Stream(piece.path, offset=piece.offset) as stream:
            stream.justify(wanted // len(pieces))
            text += stream.read(2 * wanted)
    try:
        values = np.frombuffer(bytes.fromhex(text.decode("ascii")), np.uint8)
    except ValueError as error:
        raise UnreadableFile("no hexadecimal numbers", where=pieces[0].path) from error
    if values.size * 2 != wanted:
        raise UnreadableFile("not as many bytes as voxels need", where=pieces[0].path)
    return values.view(dtype).astype(dtype.newbyteorder("="))
