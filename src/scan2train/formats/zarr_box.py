"""A box of a Zarr array: the chunks that it touches are decoded, and where they lie in their shards is remembered."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from io import FileIO
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.formats.regular import open_regular
from scan2train.formats.zarr_array import ZarrArray
from scan2train.formats.zarr_chunks import laid, read_chunk
from scan2train.formats.zarr_shard import ABSENT

_Place = tuple[int, ...]
_Slices = tuple[slice, ...]


class ZarrBox:
    """Reads boxes of one array, ``files`` being those of its chunks. No file stays open."""

    def __init__(self, array: ZarrArray, files: dict[_Place, Path]) -> None:
        self._array = array
        self._files = files
        self._indices: dict[Path, tuple[tuple[int, int, int], npt.NDArray[np.uint64]]] = {}

    def read(self, start: _Place, size: _Place) -> npt.NDArray[Any]:
        """The ``size`` values from ``start`` on, in native byte order; the fill value where none were written.

        Raises
        ------
        UnreadableFile, HostileFile
            As for the whole array, of the chunks that the box touches.
        """
        array = self._array
        # The box lies as its chunks do, so that they are copied in straight.
        lying = np.empty([size[axis] for axis in array.turned], array.dtype.newbyteorder("="))
        box = lying.transpose(array.back)
        # Memory that the system gives anew for each chunk would take longer than to decode it.
        room = np.empty((array.inner or array).chunk_bytes, np.uint8)
        for at, target, source in _touched(start, size, array.chunk):
            path = self._files.get(at)
            if path is None:
                box[target] = array.fill
                continue
            with open_regular(path) as file:
                self._read_file(file, path, source, box[target], room)
        return box

    def _read_file(
        self,
        file: FileIO,
        path: Path,
        source: _Slices,
        target: npt.NDArray[Any],
        room: npt.NDArray[np.uint8],
    ) -> None:
        """Fill ``target`` with the part ``source`` of one file's chunk."""
        array, inner = self._array, self._array.inner
        if inner is None:
            target[...] = laid(array, read_chunk(file, array, path, None, room))[source]
            return
        index = self._index(file, path, inner.chunks)
        begin = tuple(part.start for part in source)
        for at, part, within in _touched(begin, target.shape, inner.chunk):
            offset, length = index[at].tolist()
            if offset == ABSENT:
                target[part] = array.fill
            else:
                target[part] = laid(inner, read_chunk(file, inner, path, (offset, length), room))[within]

    def _index(self, file: FileIO, path: Path, chunks: _Place) -> npt.NDArray[np.uint64]:
        """Offset and length of each chunk of a shard, by its place; read again if the file is another."""
        about = os.fstat(file.fileno())
        stamp = (about.st_ino, about.st_mtime_ns, about.st_size)
        known = self._indices.get(path)
        if known is None or known[0] != stamp:
            entries = self._array.lookup.read(file, about.st_size, math.prod(chunks), path)
            known = stamp, entries.reshape(*chunks, 2)
            self._indices[path] = known
        return known[1]


def _touched(start: _Place, size: _Place, chunk: _Place) -> Iterator[tuple[_Place, _Slices, _Slices]]:
    """The chunks that a box touches, in C order: the place of each, and what the two share, in the box and in it."""
    along = [list(_along(*axis)) for axis in zip(start, size, chunk, strict=True)]
    for parts in product(*along):
        at, target, source = zip(*parts, strict=True)
        yield at, target, source


def _along(start: int, size: int, step: int) -> Iterator[tuple[int, slice, slice]]:
    for n in range(start // step, (start + size - 1) // step + 1):
        low, high = max(n * step, start), min((n + 1) * step, start + size)
        yield n, slice(low - start, high - start), slice(low - n * step, high - n * step)
