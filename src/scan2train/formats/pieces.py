"""Voxels that lie in one file or in several, each at its own offset."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scan2train.errors import HostileFile, NonconformingHeader
from scan2train.formats.bounded import Coding, Stream
from scan2train.formats.scaling import read_values
from scan2train.formats.text_header import whole_numbers

#: The one kind of place for a number that a pattern of file names may have.
_NUMBERED = re.compile(r"%(0?)(\d?)d")
_MOST_FILES = 100_000


class Piece(NamedTuple):
    """Bytes of one file: ``skip`` are passed over after inflating, ``from_end`` counts from the file's end."""

    path: Path
    coding: Coding = "raw"
    offset: int = 0
    length: int | None = None
    skip: int = 0
    from_end: bool = False


def check_pieces(pieces: tuple[Piece, ...], wanted: int) -> None:
    """Refuse ``wanted`` bytes, shared evenly by ``pieces``, that their files cannot hold.

    Raises
    ------
    UnreadableFile, HostileFile
        As :class:`scan2train.formats.bounded.Stream`.
    """
    for piece in pieces:
        with _stream(piece, wanted // len(pieces)) as stream:
            stream.justify(piece.skip + wanted // len(pieces))


def read_pieces(
    pieces: tuple[Piece, ...], dtype: np.dtype[Any], count: int, slope: float = 1.0, intercept: float = 0.0
) -> tuple[npt.NDArray[Any], int]:
    """Read ``count`` values, shared evenly by ``pieces``: a flat array of native byte order, rescaled.

    The second result is how many bytes follow after the values.

    Raises
    ------
    UnreadableFile, HostileFile
        As :class:`scan2train.formats.bounded.Stream`.
    """
    if count % len(pieces):
        raise NonconformingHeader("the files do not share the voxels evenly", where=pieces[0].path)
    share = count // len(pieces)
    check_pieces(pieces, count * dtype.itemsize)
    parts = []
    surplus = 0
    for piece in pieces:
        with _stream(piece, share * dtype.itemsize) as stream:
            stream.skip(piece.skip)
            parts.append(read_values(stream, dtype, share, slope, intercept))
            surplus += stream.surplus()
    return (parts[0] if len(parts) == 1 else np.concatenate(parts)), surplus


def numbered_names(pattern: str, bounds: str, path: Path) -> list[str]:
    """File names of a pattern such as ``slice%03d.raw`` with its ``first last step``.

    Raises
    ------
    HostileFile
        If the pattern has anything but one whole number in it, or means more files than there can be.
    NonconformingHeader
        If the bounds are missing or not whole numbers.
    """
    places = _NUMBERED.findall(pattern)
    if len(places) != 1 or pattern.count("%") != 1:
        raise HostileFile(
            "the pattern of file names is not one number's", where=path, expected="such as slice%03d.raw"
        )
    limits = (*whole_numbers(bounds, "the pattern's bounds", path), 1)
    if len(limits) < 3:
        raise NonconformingHeader("the pattern has no bounds", where=path, expected="first last step")
    first, last, step = limits[:3]
    if step < 1 or last < first or (last - first) // step >= _MOST_FILES:
        raise HostileFile("the pattern means no files, or too many", where=path, found=ascii(bounds[:80]))
    zero, width = places[0]
    before, after = _NUMBERED.sub("%", pattern).split("%")
    fill = "0" if zero else " "
    return [
        before + str(number).rjust(int(width or 0), fill) + after for number in range(first, last + 1, step)
    ]


def _stream(piece: Piece, wanted: int) -> Stream:
    offset = max(0, piece.path.stat().st_size - wanted) if piece.from_end else piece.offset
    return Stream(piece.path, piece.coding, offset=offset, length=piece.length)
