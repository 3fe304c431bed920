"""The chunks of a Zarr array: found in its own folder, each decoded to exactly the bytes that it must have."""

from __future__ import annotations

import math
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
import numpy.typing as npt

from scan2train.errors import HostileFile, UnreadableFile
from scan2train.formats.regular import open_regular
from scan2train.formats.zarr_array import METADATA, ZarrArray
from scan2train.formats.zarr_shard import ABSENT

#: What an array may measure whatever its files hold, and how often the bytes of its files beyond: blank chunks of
#: 64 × 64 × 64 voxels come to 5000 times what they are stored in. Of what is not blank less is allowed.
SMALL, MOST_RATIO, MOST_FILLED = 64 << 20, 20_000, 8_000
_BLOSC_HEADER = 16
#: Bytes of a chunk whose codec made more of it than there was.
_SLACK = 1 << 16


def chunk_files(folder: Path, array: ZarrArray) -> dict[tuple[int, ...], Path]:
    """The files of the chunks that are there, by their place in the grid of chunks.

    Raises
    ------
    HostileFile
        If a link leads out of the folder, or the files are far too small for what the array promises.
    UnreadableFile
        If there is none.
    """
    home = os.path.realpath(folder)
    found: dict[tuple[int, ...], Path] = {}
    stored = 0
    # What is there is looked at, and not what might be: of chunks an array can promise any number.
    for where, _, names in os.walk(folder):
        for name in names:
            path = Path(where, name)
            at = array.place(path.relative_to(folder).as_posix())
            if at is None:
                continue
            if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(home):
                raise HostileFile("a chunk is a link that leads out of the folder", where=path)
            stored += path.stat().st_size
            found[at] = path
    if not found:
        raise UnreadableFile("not one chunk of the array is there", where=folder / METADATA)
    total = max(array.chunk_bytes, int(np.prod(array.shape, dtype=object)) * array.dtype.itemsize)
    if total > max(SMALL, MOST_RATIO * stored):
        raise HostileFile(
            "the image would swell far beyond its files",
            where=folder / METADATA,
            expected=f"at most {MOST_RATIO} times {stored} bytes",
            found=f"{total} bytes",
        )
    return dict(sorted(found.items()))


def decode(array: ZarrArray, files: dict[tuple[int, ...], Path]) -> npt.NDArray[Any]:
    """The whole array, in C order and native byte order; what was never written holds the fill value.

    Raises
    ------
    UnreadableFile
        If a chunk cannot be decoded, or is of another size than it must be.
    HostileFile
        If far more is not blank than the files can honestly hold.
    """
    kind = array.dtype.newbyteorder("=")
    # Memory that is blank takes none until it is written to.
    blank = not any(np.array(array.fill, kind).tobytes())
    whole = np.zeros(array.shape, kind) if blank else np.empty(array.shape, kind)
    sizes = {path: path.stat().st_size for path in files.values()}
    most = max(SMALL, MOST_FILLED * sum(sizes.values()))
    filled = 0
    if not blank:
        _justify(whole.nbytes, most, next(iter(files.values())))
        whole[...] = array.fill
    for at, path in files.items():
        corner = tuple(n * step for n, step in zip(at, array.chunk, strict=True))
        for piece in _pieces(array, path, corner, _everywhere):
            data, size = piece.data, array.chunk_bytes if array.inner is None else array.inner.chunk_bytes
            if blank and not np.frombuffer(data, np.uint8).any():
                continue
            filled += size * blank
            _justify(filled, most, path)
            target = whole[
                tuple(
                    slice(begin, begin + step) for begin, step in zip(piece.corner, piece.shape, strict=True)
                )
            ]
            target[...] = _laid(array.inner or array, data)[tuple(slice(0, size) for size in target.shape)]
    return whole


def decode_box(
    array: ZarrArray, files: dict[tuple[int, ...], Path], start: tuple[int, ...], size: tuple[int, ...]
) -> npt.NDArray[Any]:
    """The ``size`` values from ``start`` on: only chunks that the box touches are read. Raises as :func:`decode`."""
    box = np.full(size, array.fill, array.dtype.newbyteorder("="))
    stop = tuple(a + n for a, n in zip(start, size, strict=True))

    def touched(corner: tuple[int, ...], shape: tuple[int, ...]) -> bool:
        return all(c < b and c + n > a for c, n, a, b in zip(corner, shape, start, stop, strict=True))

    around = (
        range(a // step, (b - 1) // step + 1) for a, b, step in zip(start, stop, array.chunk, strict=True)
    )
    for at in product(*around):
        path = files.get(at)
        if path is None:
            continue
        corner = tuple(n * step for n, step in zip(at, array.chunk, strict=True))
        for piece in _pieces(array, path, corner, touched):
            ends = [
                (max(c, a), min(c + n, b))
                for c, n, a, b in zip(piece.corner, piece.shape, start, stop, strict=True)
            ]
            target = tuple(slice(low - a, high - a) for (low, high), a in zip(ends, start, strict=True))
            source = tuple(
                slice(low - c, high - c) for (low, high), c in zip(ends, piece.corner, strict=True)
            )
            box[target] = _laid(array.inner or array, piece.data)[source]
    return box


def _everywhere(corner: tuple[int, ...], shape: tuple[int, ...]) -> bool:  # noqa: ARG001 - it makes no difference
    return True


def _justify(filled: int, most: int, where: Path) -> None:
    if filled > most:
        raise HostileFile(
            "the image would swell far beyond its files",
            where=where,
            expected=f"at most {most} bytes that are not blank",
            found=f"{filled} bytes and more",
        )


class _Piece(NamedTuple):
    corner: tuple[int, ...]
    shape: tuple[int, ...]
    data: bytes | bytearray


def _pieces(
    array: ZarrArray,
    path: Path,
    corner: tuple[int, ...],
    wanted: Callable[[tuple[int, ...], tuple[int, ...]], bool],
) -> Iterator[_Piece]:
    """The decoded chunks of one file whose first voxel is ``corner``: itself, or those of a shard that are wanted."""
    size = path.stat().st_size
    inner = array.inner
    with open_regular(path) as file:
        if inner is None:
            _justify(array.chunk_bytes, max(SMALL, MOST_FILLED * size), path)
            yield _Piece(corner, array.chunk, _unpacked(array, file.read(_longest(array) + 1), path))
            return
        entries = array.lookup.read(file, size, math.prod(inner.chunks), path)
        for at, (offset, length) in zip(np.ndindex(*inner.chunks), entries.tolist(), strict=True):
            begin = tuple(c + n * step for c, n, step in zip(corner, at, inner.chunk, strict=True))
            beyond = any(b >= most for b, most in zip(begin, array.shape, strict=True))
            if offset == ABSENT or beyond or not wanted(begin, inner.chunk):
                continue
            _justify(inner.chunk_bytes, max(SMALL, MOST_FILLED * length), path)
            file.seek(offset)
            yield _Piece(
                begin, inner.chunk, _unpacked(inner, file.read(min(length, _longest(inner) + 1)), path)
            )


def _longest(array: ZarrArray) -> int:
    return array.chunk_bytes + array.chunk_bytes // 8 + _SLACK


def _unpacked(array: ZarrArray, data: Any, path: Path) -> bytes | bytearray:
    """The bytes of one chunk."""
    wanted, most = array.chunk_bytes, _longest(array)
    try:
        for number, codec in enumerate(reversed(array.codecs), start=1):
            exact = wanted if number == len(array.codecs) else None
            data = _UNPACK[codec](bytes(data), most if exact is None else exact)
    except Exception as error:  # whatever a decoder raises on broken input
        raise UnreadableFile(f"a chunk cannot be decoded: {error}", where=path) from error
    if len(data) != wanted:
        raise UnreadableFile(
            "a chunk is not as long as it must be",
            where=path,
            expected=f"{wanted} bytes",
            found=f"{len(data)} bytes",
        )
    unpacked: bytes | bytearray = data
    return unpacked


def _laid(array: ZarrArray, data: bytes | bytearray) -> npt.NDArray[Any]:
    """One chunk with its axes in the array's order."""
    lying = tuple(array.chunk[axis] for axis in array.turned)
    return np.frombuffer(data, array.dtype).reshape(lying).transpose(np.argsort(array.turned))


def _blosc(data: bytes, most: int) -> bytearray:
    (size,) = struct.unpack("<I", data[4:8]) if len(data) >= _BLOSC_HEADER else (most + 1,)
    if size > most:
        raise ValueError(f"{size} bytes where at most {most} can be")
    out = bytearray(size)
    return out[: len(imagecodecs.blosc_decode(data, out=out, numthreads=1))]


def _zstd(data: bytes, most: int) -> bytearray:
    out = bytearray(most)
    return out[: len(imagecodecs.zstd_decode(data, out=out))]


def _gzip(data: bytes, most: int) -> bytes:
    inflater = zlib.decompressobj(wbits=31)
    found = inflater.decompress(data, most)
    if not inflater.eof and inflater.decompress(inflater.unconsumed_tail, 1):
        raise ValueError(f"more than {most} bytes")
    if not inflater.eof:
        raise ValueError("ends too early, or its checksum is missing")
    return found


_UNPACK = {"blosc": _blosc, "zstd": _zstd, "gzip": _gzip}
