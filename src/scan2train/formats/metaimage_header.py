"""The header of a MetaImage: lines of ``key = value``, the last of which says where the voxels are.

Source: the MetaIO library's documentation and what ITK reads and writes; where they leave something open, ITK's
behaviour was measured.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from scan2train.errors import GeometryError, NonconformingHeader, UnreadableFile
from scan2train.finding import Finding, Severity
from scan2train.formats.axes import sheared
from scan2train.formats.header import ImageHeader
from scan2train.formats.noticed import misleading_suffix, noticed
from scan2train.formats.pieces import Piece, check_pieces, numbered_names
from scan2train.formats.sibling import beside
from scan2train.formats.text_header import header_lines, numbers, sizes, whole_number
from scan2train.grid import LPS_TO_RAS, FloatArray, Grid

#: Stored types; a long has four bytes in this format.
TYPES = {
    "MET_CHAR": "i1",
    "MET_UCHAR": "u1",
    "MET_SHORT": "i2",
    "MET_USHORT": "u2",
    "MET_INT": "i4",
    "MET_UINT": "u4",
    "MET_LONG": "i4",
    "MET_ULONG": "u4",
    "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}
_MATRIX = ("transformmatrix", "rotation", "orientation")
_ORIGIN = ("offset", "position", "origin")
_MOST_AXES = 4


class Known(NamedTuple):
    """All that the header tells. ``sizes`` are those of the file's axes, the fastest first, without channels."""

    header: ImageHeader
    sizes: tuple[int, ...]
    pieces: tuple[Piece, ...]
    text: bool


def examine(path: Path) -> Known:
    """Read and judge the header; raises what :func:`scan2train.formats.metaimage.read_header` says."""
    lines, end = header_lines(path, lambda line: line.split("=")[0].strip().lower() == "elementdatafile")
    fields, rest = _fields(lines, path)
    axes = whole_number(fields.get("ndims", "0"), "NDims", path)
    if not 2 <= axes <= _MOST_AXES:
        raise NonconformingHeader("an impossible NDims", where=path, expected="2, 3 or 4", found=axes)
    size = sizes(fields.get("dimsize", ""), axes, "DimSize", path)
    channels = sizes(fields.get("elementnumberofchannels", "1"), 1, "ElementNumberOfChannels", path)[0]
    dtype = _dtype(fields, path)
    wanted = math.prod(size) * channels * dtype.itemsize
    text = not _true(fields.get("binarydata", "true"))
    pieces = _pieces(fields, rest, end, path, axes)
    check_pieces(pieces, math.prod(size) * channels * 2 - 1 if text else wanted)
    grid, odd = _grid(fields, size, path)
    slope, intercept = _intensity(fields, path, text=text)
    files = dict.fromkeys([path, *(piece.path for piece in pieces)])
    header = ImageHeader(
        format="metaimage",
        grid=grid,
        dtype=dtype,
        channels=channels,
        volumes=size[3] if len(size) > 3 else 1,
        dimension="time" if len(size) > 3 and size[3] > 1 else "",
        slope=slope,
        intercept=intercept,
        files=tuple(files),
        findings=(*misleading_suffix(path, "metaimage"), *odd),
        fields=fields,
    )
    return Known(header, size, pieces, text)


def _fields(lines: list[str], path: Path) -> tuple[dict[str, str], str]:
    """Fields by their names in lower case, and what stands behind ElementDataFile."""
    fields: dict[str, str] = {}
    for line in lines:
        name, equals, value = line.partition("=")
        if equals:
            fields[name.strip().lower()] = value.strip()
    named = fields.get("elementdatafile", "")
    if not named:
        raise UnreadableFile(
            "the header does not say where the voxels are", where=path, expected="ElementDataFile"
        )
    return fields, named


def _intensity(fields: dict[str, str], path: Path, *, text: bool) -> tuple[float, float]:
    """Slope and intercept from stored to true values; 1 and 0 where the header names none."""
    names = ("elementtointensityfunctionslope", "elementtointensityfunctionoffset")
    given = [
        numbers(fields.get(name) or usual, name, path) for name, usual in zip(names, ("1", "0"), strict=True)
    ]
    if [len(one) for one in given] != [1, 1]:
        raise NonconformingHeader(
            "an intensity function has one slope and one offset", where=path, found=given
        )
    (slope,), (intercept,) = given
    if not (math.isfinite(slope) and math.isfinite(intercept) and slope != 0):
        raise NonconformingHeader(
            "an impossible intensity function",
            where=path,
            expected="finite numbers, and a slope that is not 0",
            found=f"slope {slope:g}, offset {intercept:g}",
        )
    if text and (slope, intercept) != (1, 0):
        raise NonconformingHeader(
            "an intensity function for voxels in text is not understood",
            where=path,
            expected="slope 1 and offset 0",
            found=f"slope {slope:g}, offset {intercept:g}",
        )
    return slope, intercept


def _dtype(fields: dict[str, str], path: Path) -> np.dtype[Any]:
    name = fields.get("elementtype", "").upper().removesuffix("_ARRAY")
    if name not in TYPES:
        raise NonconformingHeader("an unknown ElementType", where=path, found=ascii(name[:40]))
    big = fields.get("elementbyteordermsb", fields.get("binarydatabyteordermsb", "false"))
    return np.dtype(TYPES[name]).newbyteorder(">" if _true(big) else "<")


def _true(word: str) -> bool:
    return word[:1] in {"T", "t", "1"}


def _pieces(fields: dict[str, str], named: str, end: int, path: Path, axes: int) -> tuple[Piece, ...]:
    packed = _true(fields.get("compresseddata", "false"))
    skip = whole_number(fields.get("headersize", "0"), "HeaderSize", path)
    length = None
    if packed and "compresseddatasize" in fields:
        length = whole_number(fields["compresseddatasize"], "CompressedDataSize", path)
    kind = Piece(path, "zlib" if packed else "raw", max(skip, 0), length, from_end=skip == -1)
    if named.upper() == "LOCAL":
        return (kind._replace(offset=skip if skip > 0 else end),)
    first, *more = named.split()
    if first.upper() == "LIST":
        if more and more[0].upper() != f"{axes - 1}D":
            raise NonconformingHeader(
                "a list of files that is not understood", where=path, found=ascii(named)
            )
        lines, _ = header_lines(path, lambda _: False)
        at = next(n for n, line in enumerate(lines) if line.lower().startswith("elementdatafile"))
        names = [line.strip() for line in lines[at + 1 :] if line.strip()]
    elif "%" in named:
        pattern, _, bounds = named.partition(" ")
        names = numbered_names(pattern, bounds, path)
    else:
        names = [named]
    if not names:
        raise UnreadableFile("the list of data files is empty", where=path)
    return tuple(kind._replace(path=beside(path, name)) for name in names)


def _grid(fields: dict[str, str], size: tuple[int, ...], path: Path) -> tuple[Grid, tuple[Finding, ...]]:
    shape = (size[0], size[1], size[2] if len(size) > 2 else 1)
    spacing = fields.get("elementspacing", fields.get("elementsize"))
    if spacing is None:
        found = noticed(
            "GEO001",
            path,
            "no spacing: read as a pixel grid",
            severity=Severity.INFO,
            expected="ElementSpacing",
            advice="Convert it again from the source.",
        )
        return Grid(shape, np.eye(4), physical=False), (found,)
    affine = _lps_affine(fields, numbers(spacing, "ElementSpacing", path), len(size), path)
    try:
        with np.errstate(invalid="ignore"):  # the grid itself refuses what is not finite
            grid = Grid(shape, LPS_TO_RAS @ affine)
    except GeometryError as error:
        error.where = str(path)
        raise
    odd = sheared(grid, path)
    if len(size) == 2:
        odd += (noticed("GEO001", path, "two axes: the third was set to 1 mm", severity=Severity.INFO),)
    return grid, odd


def _lps_affine(fields: dict[str, str], spacing: tuple[float, ...], axes: int, path: Path) -> FloatArray:
    matrix = next((fields[name] for name in _MATRIX if name in fields), None)
    origin = next((fields[name] for name in _ORIGIN if name in fields), "0 " * axes)
    rows = np.eye(axes).ravel() if matrix is None else np.array(numbers(matrix, "TransformMatrix", path))
    place = np.array(numbers(origin, "Offset", path))
    if len(spacing) != axes or rows.size != axes * axes or place.size != axes:
        raise NonconformingHeader("spacing, matrix and offset do not have NDims entries", where=path)
    if min(spacing) < 0:
        raise GeometryError("a negative spacing", where=path, expected="above 0", found=spacing)
    # Each line of the matrix is the direction of one index axis.
    columns = rows.reshape(axes, axes).T * np.array(spacing)
    if axes == _MOST_AXES and (np.any(columns[3, :3]) or np.any(columns[:3, 3])):
        raise GeometryError("the axis of time leans into space", where=path)
    used = min(axes, 3)
    affine = np.eye(4)
    affine[:used, :used] = columns[:used, :used]
    affine[:used, 3] = place[:used]
    return affine
