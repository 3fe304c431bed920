"""The chunks of a Zarr array: found in its own folder, each decoded to exactly the bytes that it must have."""

from __future__ import annotations

import math
import os
import struct
import zlib
from collections.abc import Iterator
from io import FileIO
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
#: What a codec gives.
Bytes = bytes | bytearray | npt.NDArray[np.uint8]
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
        for piece in _pieces(array, path, corner):
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
            target[...] = laid(array.inner or array, data)[tuple(slice(0, size) for size in target.shape)]
    return whole


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
    data: Bytes


def _pieces(array: ZarrArray, path: Path, corner: tuple[int, ...]) -> Iterator[_Piece]:
    """The decoded chunks of one file whose first voxel is ``corner``: itself, or those of a shard."""
    inner = array.inner
    room = np.empty((inner or array).chunk_bytes, np.uint8)
    with open_regular(path) as file:
        if inner is None:
            yield _Piece(corner, array.chunk, read_chunk(file, array, path, None, room))
            return
        entries = array.lookup.read(file, path.stat().st_size, math.prod(inner.chunks), path)
        for at, (offset, length) in zip(np.ndindex(*inner.chunks), entries.tolist(), strict=True):
            begin = tuple(c + n * step for c, n, step in zip(corner, at, inner.chunk, strict=True))
            if offset != ABSENT and all(b < most for b, most in zip(begin, array.shape, strict=True)):
                yield _Piece(begin, inner.chunk, read_chunk(file, inner, path, (offset, length), room))


def read_chunk(
    file: FileIO,
    array: ZarrArray,
    path: Path,
    place: tuple[int, int] | None,
    room: npt.NDArray[np.uint8],
) -> Bytes:
    """The decoded bytes of one chunk: of a file of its own, or from ``place``, offset and length, of its shard.

    They may lie in ``room``, which has the size of a chunk.

    Raises
    ------
    UnreadableFile
        If it cannot be decoded, or is of another size than it must be.
    HostileFile
        If it would swell far beyond what is stored.
    """
    offset, length = (0, path.stat().st_size) if place is None else place
    most = len(room) + len(room) // 8 + _SLACK
    _justify(len(room), max(SMALL, MOST_FILLED * length), path)
    file.seek(offset)
    return _unpacked(array.codecs, file.read(min(length, most + 1)), most, path, room)


def _unpacked(
    codecs: tuple[str, ...], data: Any, most: int, path: Path, room: npt.NDArray[np.uint8]
) -> Bytes:
    """The bytes of one chunk; ``most`` are those that a codec may give on the way."""
    wanted = len(room)
    try:
        for number, codec in enumerate(reversed(codecs), start=1):
            exact = wanted if number == len(codecs) else None
            data = _UNPACK[codec](bytes(data), most if exact is None else exact, room)
    except Exception as error:  # whatever a decoder raises on broken input
        raise UnreadableFile(f"a chunk cannot be decoded: {error}", where=path) from error
    if len(data) != wanted:
        raise UnreadableFile(
            "a chunk is not as long as it must be",
            where=path,
            expected=f"{wanted} bytes",
            found=f"{len(data)} bytes",
        )
    unpacked: Bytes = data
    return unpacked


def laid(array: ZarrArray, data: Bytes) -> npt.NDArray[Any]:
    """One chunk with its axes in the array's order."""
    lying = tuple(array.chunk[axis] for axis in array.turned)
    return np.frombuffer(data, array.dtype).reshape(lying).transpose(array.back)


def _blosc(data: bytes, most: int, room: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    (size,) = struct.unpack("<I", data[4:8]) if len(data) >= _BLOSC_HEADER else (most + 1,)
    if size > most:
        raise ValueError(f"{size} bytes where at most {most} can be")
    out = room[:size] if size <= len(room) else np.empty(size, np.uint8)
    return out[: len(imagecodecs.blosc_decode(data, out=out, numthreads=1))]


def _zstd(data: bytes, most: int, _: object) -> bytearray:
    out = bytearray(most)
    return out[: len(imagecodecs.zstd_decode(data, out=out))]


def _gzip(data: bytes, most: int, _: object) -> bytes:
    inflater = zlib.decompressobj(wbits=31)
    found = inflater.decompress(data, most)
    if not inflater.eof and inflater.decompress(inflater.unconsumed_tail, 1):
        raise ValueError(f"more than {most} bytes")
    if not inflater.eof:
        raise ValueError("ends too early, or its checksum is missing")
    return found


_UNPACK = {"blosc": _blosc, "zstd": _zstd, "gzip": _gzip}
