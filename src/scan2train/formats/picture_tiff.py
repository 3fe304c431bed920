"""TIFF: the directories are read here, so that a decoder only sees pages whose size is known and allowed.

Source: TIFF Revision 6.0, sections 2 and 8; for BigTIFF, https://www.awaresystems.be/imaging/tiff/bigtiff.html.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
import numpy.typing as npt

from scan2train.errors import NonconformingHeader, UnreadableFile
from scan2train.formats.picture_limits import Pages, check_pixels, check_ratio
from scan2train.formats.regular import open_regular

_WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC, _ORIENTATION, _SAMPLES, _FORMAT = 256, 257, 258, 262, 274, 277, 339
#: Types of the fields that are used: BYTE, SHORT, LONG, LONG8.
_CODES = {1: "B", 3: "H", 4: "I", 16: "Q"}
_KINDS = {1: "u", 2: "i", 3: "f"}
#: Grey with 0 white or black, RGB. Grey levels stay as they are stored, whichever is white.
_PHOTOMETRICS = (0, 1, 2)
_MOST_PAGES = 10_000
_MOST_FIELDS = 4096


class _Dialect(NamedTuple):
    """What differs between TIFF and BigTIFF: the formats of a count, of a field and of an offset."""

    order: str
    entries: str
    field: str
    offset: str


def examine(path: Path) -> Pages:
    """Read sizes and types of all pages without decoding.

    Raises
    ------
    UnreadableFile, NonconformingHeader, HostileFile
        If a directory is broken, the pages differ, are of a kind that is not read, or promise too much.
    """
    with open_regular(path) as file:
        data = file.readall()
    try:
        directories = _directories(data)
    except struct.error as error:
        raise UnreadableFile("a directory lies outside the file", where=path) from error
    kinds = {_kind(fields, path) for fields in directories}
    if len(kinds) != 1:
        raise NonconformingHeader(
            "the pages differ in size or kind, or there are none", where=path, found=len(kinds)
        )
    width, height, channels, name = kinds.pop()
    dtype = np.dtype(name)
    check_pixels(path, width, height, len(directories))
    check_ratio(path, width * height * channels * dtype.itemsize * len(directories), len(data))
    turned = directories[0].get(_ORIENTATION, (1,))[0]
    inverted = directories[0].get(_PHOTOMETRIC, (1,))[0] == 0
    return Pages(width, height, len(directories), channels, dtype, "", turned, inverted)


def decode(path: Path, pages: Pages) -> npt.NDArray[Any]:
    """All pages, ``(page, row, column[, c])``.

    Raises
    ------
    UnreadableFile
        If the data are broken or cut short.
    """
    with open_regular(path) as file:
        data = file.readall()
    shape = (
        (pages.height, pages.width) if pages.channels == 1 else (pages.height, pages.width, pages.channels)
    )
    found = np.empty((pages.pages, *shape), pages.dtype)
    for number in range(pages.pages):
        try:
            page = imagecodecs.tiff_decode(data, index=number)
        except Exception as error:  # whatever a decoder raises on broken input
            raise UnreadableFile(f"page {number} cannot be decoded: {error}", where=path) from error
        page = (
            page.astype(np.uint8) if page.dtype == np.bool_ else page
        )  # one bit a pixel: 0 and 1, as stored
        if page.shape != shape or page.dtype != pages.dtype:
            raise UnreadableFile("decodes to another size than its header says", where=path, found=page.shape)
        found[number] = page
    return found


def _directories(data: bytes) -> list[dict[int, tuple[int, ...]]]:
    order = "<" if data[:2] == b"II" else ">"
    (version,) = struct.unpack(order + "H", data[2:4])
    dialect = _Dialect(order, "H", "HHI4s", "I") if version == 42 else _Dialect(order, "Q", "HHQ8s", "Q")
    at = struct.unpack_from(order + dialect.offset, data, 4 if version == 42 else 8)[0]
    found: list[dict[int, tuple[int, ...]]] = []
    seen: set[int] = set()
    while at and at not in seen and len(found) < _MOST_PAGES:
        seen.add(at)
        fields, at = _directory(data, at, dialect)
        found.append(fields)
    return found


def _directory(data: bytes, at: int, dialect: _Dialect) -> tuple[dict[int, tuple[int, ...]], int]:
    """Fields of one directory that hold a few whole numbers, and the offset of the next directory."""
    (count,) = struct.unpack_from(dialect.order + dialect.entries, data, at)
    at += struct.calcsize(dialect.order + dialect.entries)
    step = struct.calcsize(dialect.order + dialect.field)
    fields: dict[int, tuple[int, ...]] = {}
    for place in range(at, at + min(count, _MOST_FIELDS) * step, step):
        tag, kind, number, raw = struct.unpack_from(dialect.order + dialect.field, data, place)
        if kind not in _CODES or not 1 <= number <= 16:
            continue
        layout = f"{dialect.order}{number}{_CODES[kind]}"
        if struct.calcsize(layout) > len(raw):
            (elsewhere,) = struct.unpack(dialect.order + dialect.offset, raw)
            fields[tag] = struct.unpack_from(layout, data, elsewhere)
        else:
            fields[tag] = struct.unpack_from(layout, raw)
    (following,) = struct.unpack_from(dialect.order + dialect.offset, data, at + count * step)
    return fields, following


def _kind(fields: dict[int, tuple[int, ...]], path: Path) -> tuple[int, int, int, str]:
    """Width, height, channels and type of a page."""
    width, height = fields.get(_WIDTH, (0,))[0], fields.get(_HEIGHT, (0,))[0]
    bits, formats = set(fields.get(_BITS, (1,))), set(fields.get(_FORMAT, (1,)))
    photometric = fields.get(_PHOTOMETRIC, (-1,))[0]
    plain = len(bits) == len(formats) == 1 and bits <= {1, 8, 16, 32, 64} and formats <= set(_KINDS)
    if min(width, height) < 1 or not plain or photometric not in _PHOTOMETRICS:
        raise NonconformingHeader(
            "a kind of TIFF that is not read",
            where=path,
            expected="grey or RGB in 1, 8, 16, 32 or 64 bits",
            found=f"{width}×{height}, bits {bits}, formats {formats}, photometric {photometric}",
        )
    return width, height, fields.get(_SAMPLES, (1,))[0], f"{_KINDS[formats.pop()]}{max(1, bits.pop() // 8)}"
