"""Reading NRRD, attached (``.nrrd``) or with its voxels in files of their own (``.nhdr``)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from scan2train.errors import DecoderMissing, NonconformingHeader, UnreadableFile
from scan2train.formats.bounded import Coding
from scan2train.formats.header import ImageHeader
from scan2train.formats.noticed import misleading_suffix, non_finite, surplus
from scan2train.formats.nrrd_affine import Axes, axes_of, grid_of
from scan2train.formats.nrrd_fields import CODINGS, HEX, TEXTS, TYPES, read_fields
from scan2train.formats.nrrd_segments import segment_names
from scan2train.formats.pieces import Piece, check_pieces, numbered_names, read_pieces
from scan2train.formats.regular import open_regular
from scan2train.formats.sibling import beside
from scan2train.formats.text_header import sizes, whole_number
from scan2train.formats.text_values import read_hex, read_text
from scan2train.volume import Labels, Volume

_MOST_AXES = 16


class _Known(NamedTuple):
    header: ImageHeader
    size: tuple[int, ...]
    axes: Axes
    pieces: tuple[Piece, ...]
    encoding: str


def read_header(path: Path) -> ImageHeader:
    """Read what an NRRD file says about itself.

    Raises
    ------
    UnreadableFile, NonconformingHeader, HostileFile, DecoderMissing
        If the header is cut short or contradicts itself, promises more than the files can hold, names an encoding that
        is not known, or a data file outside its own folder.
    GeometryError
        If the transform is not finite or singular.
    """
    return _examine(path).header


def read_volumes(path: Path) -> tuple[Volume, ...]:
    """Read every volume of an NRRD file: one, or one per point of an axis of time or list.

    Arrays are ``(i, j, k)`` or ``(i, j, k, c)`` views of the bytes in the order of the file; ``Labels`` with their
    names where the header names segments as 3D Slicer does.

    Raises
    ------
    UnreadableFile, NonconformingHeader, HostileFile, DecoderMissing, GeometryError
        As :func:`read_header`, and if the voxels are cut short or their checksum is wrong.
    """
    known = _examine(path)
    header = known.header
    count = math.prod(known.size)
    left = 0
    if known.encoding in TEXTS:
        values = read_text(known.pieces, header.dtype, count)
    elif known.encoding == HEX:
        values = read_hex(known.pieces, header.dtype, count)
    else:
        values, left = read_pieces(known.pieces, header.dtype, count)
    findings = (*header.findings, *surplus(path, left), *non_finite(path, values))
    order = [*known.axes.spatial, *([known.axes.other] if known.axes.other >= 0 else [])]
    array = np.squeeze(values.reshape(known.size[::-1]).T, tuple(set(range(len(known.size))) - set(order)))
    array = array.transpose([sorted(order).index(axis) for axis in order])
    if len(known.axes.spatial) == 2:
        array = np.expand_dims(array, 2)
    about: dict[str, object] = {"format": header.format, "path": str(path)}
    volumes = []
    for point in range(header.volumes):
        if header.dimension:
            about |= {"dimension": header.dimension, "dimension_value": point}
        one = _one_volume(array, known.axes, point)
        plain = Volume(array=one, grid=header.grid, findings=findings, meta=about)
        volumes.append(_named(plain, segment_names(_pairs(header.fields))))
    return tuple(volumes)


def _pairs(fields: Mapping[str, object]) -> dict[str, str]:
    return {name.removesuffix(":="): str(text) for name, text in fields.items() if name.endswith(":=")}


def _named(volume: Volume, names: dict[int, str]) -> Volume:
    """The volume as labels, where the header names some and the values are such."""
    if not names or volume.array.dtype.kind not in "iu" or volume.array.ndim != 3:
        return volume
    return Labels(
        array=volume.array, grid=volume.grid, findings=volume.findings, meta=volume.meta, names=names
    )


def _one_volume(array: npt.NDArray[Any], axes: Axes, point: int) -> npt.NDArray[Any]:
    if axes.separate:
        return array[..., point]
    return array[..., 0] if array.ndim > 3 and array.shape[3] == 1 else array


def _examine(path: Path) -> _Known:
    fields, listed, end = read_fields(path)
    dimension = whole_number(fields.get("dimension", "0"), "dimension", path)
    if not 2 <= dimension <= _MOST_AXES:
        raise NonconformingHeader("an impossible dimension", where=path, expected="2 to 16", found=dimension)
    size = sizes(fields.get("sizes", ""), dimension, "sizes", path)
    encoding = fields.get("encoding", "").lower()
    if encoding not in (*CODINGS, *TEXTS, HEX):
        raise DecoderMissing(
            "an unknown encoding", where=path, expected=", ".join(CODINGS), found=ascii(encoding)
        )
    dtype = _dtype(fields, encoding, path)
    pieces = _pieces(fields, listed, end, encoding, path)
    count = math.prod(size)
    least = {HEX: 2 * count * dtype.itemsize, **dict.fromkeys(TEXTS, 2 * count - 1)}
    check_pieces(pieces, least.get(encoding, count * dtype.itemsize))
    axes = axes_of(fields, size, path)
    grid, odd = grid_of(fields, size, axes, path)
    other = size[axes.other] if axes.other >= 0 else 1
    header = ImageHeader(
        format="nrrd",
        grid=grid,
        dtype=dtype,
        channels=1 if axes.separate else other,
        volumes=other if axes.separate else 1,
        dimension=axes.kind if axes.separate and other > 1 else "",
        files=tuple(dict.fromkeys([path, *(piece.path for piece in pieces)])),
        findings=(*misleading_suffix(path, "nrrd"), *odd),
        fields=fields,
    )
    return _Known(header, size, axes, pieces, encoding)


def _dtype(fields: dict[str, str], encoding: str, path: Path) -> np.dtype[Any]:
    name = fields.get("type", "").lower()
    if name not in TYPES:
        raise NonconformingHeader("a type of voxel that is not read", where=path, found=ascii(name[:40]))
    dtype = np.dtype(TYPES[name])
    if dtype.itemsize == 1 or encoding in TEXTS:
        return dtype
    endian = fields.get("endian", "").lower()
    if endian not in {"little", "big"}:
        raise NonconformingHeader(
            "the order of bytes is not given",
            where=path,
            expected="endian: little or big",
            found=ascii(endian),
        )
    return dtype.newbyteorder("<" if endian == "little" else ">")


def _pieces(
    fields: dict[str, str], listed: list[str], end: int, encoding: str, path: Path
) -> tuple[Piece, ...]:
    named = fields.get("data file")
    if named is None:
        files, start = [path], end
    elif named.split()[:1] == ["LIST"]:
        files, start = [beside(path, name) for name in listed], 0
    elif "%" in named:
        pattern, _, bounds = named.partition(" ")
        files, start = [beside(path, name) for name in numbered_names(pattern, bounds, path)], 0
    else:
        files, start = [beside(path, named)], 0
    if not files:
        raise UnreadableFile("the list of data files is empty", where=path)
    lines = whole_number(fields.get("line skip", fields.get("lineskip", "0")), "line skip", path)
    skip = whole_number(fields.get("byte skip", fields.get("byteskip", "0")), "byte skip", path)
    if lines < 0 or skip < -1 or (skip == -1 and encoding != "raw"):
        raise NonconformingHeader("an impossible skip", where=path, found=f"{lines} lines, {skip} bytes")
    coding = cast("Coding", CODINGS.get(encoding, "raw"))
    return tuple(
        Piece(
            file,
            coding,
            _after_lines(file, start, lines) if lines else start,
            skip=max(skip, 0),
            from_end=skip == -1,
        )
        for file in files
    )


def _after_lines(path: Path, start: int, lines: int) -> int:
    """Offset of the byte behind so many lines."""
    with BufferedReader(open_regular(path)) as file:
        file.seek(start)
        for _ in range(lines):
            if not file.readline():
                raise UnreadableFile("more lines are to be skipped than there are", where=path)
        return file.tell()
