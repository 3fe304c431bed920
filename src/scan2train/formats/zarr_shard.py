"""A shard of Zarr: many chunks in one file, and an index that says where in it each one lies.

Source: Zarr codec ``sharding_indexed``, https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/index.html.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from scan2train.errors import UnreadableFile
from scan2train.formats.crc32c import crc32c

#: What stands in an index in the place of a chunk that was never written.
ABSENT = (1 << 64) - 1
_CHECKSUM = 4


class ShardIndex(NamedTuple):
    """Where a shard keeps its index, and whether a checksum stands behind it."""

    first: bool = False
    checked: bool = True

    def length(self, chunks: int) -> int:
        """Bytes of the index of so many chunks."""
        return 16 * chunks + _CHECKSUM * self.checked

    def read(self, file: BinaryIO, size: int, chunks: int, path: Path) -> npt.NDArray[np.uint64]:
        """Offset and length of each chunk, ``(chunks, 2)``; :data:`ABSENT` where there is none.

        Raises
        ------
        UnreadableFile
            If the file of ``size`` bytes is too short, the checksum is another, or a chunk lies outside the file.
        """
        length = self.length(chunks)
        if size < length:
            raise UnreadableFile(
                "the shard is cut short", where=path, expected=f"{length} bytes at least", found=size
            )
        file.seek(0 if self.first else size - length)
        data = file.read(length)
        if self.checked and struct.unpack("<I", data[-_CHECKSUM:])[0] != crc32c(data[:-_CHECKSUM]):
            raise UnreadableFile("the shard's index is damaged: its checksum is another", where=path)
        entries = np.frombuffer(data, "<u8", 2 * chunks).reshape(chunks, 2)
        there = entries[:, 0] != ABSENT
        if (entries[there] > size).any() or (entries[there].sum(axis=1) > size).any():
            raise UnreadableFile("a chunk lies outside its shard", where=path, expected=f"{size} bytes")
        return entries


def write_shard(file: BinaryIO, chunks: Iterable[bytes]) -> None:
    """Write chunks one behind the other, in C order of their places, and the index with its checksum at the end."""
    entries = []
    at = 0
    for chunk in chunks:
        file.write(chunk)
        entries.append((at, len(chunk)))
        at += len(chunk)
    index = np.array(entries, "<u8").tobytes()
    file.write(index + struct.pack("<I", crc32c(index)))


def index_of(config: dict[str, Any]) -> ShardIndex:
    """What the codec's configuration says of the index.

    Raises
    ------
    ValueError
        If it is kept in another way than little-endian, with or without a checksum.
    """
    first, *more = config["index_codecs"]
    if first["name"] != "bytes" or first.get("configuration", {}).get("endian") != "little":
        raise ValueError("index_codecs")
    if [one["name"] for one in more] not in ([], ["crc32c"]):
        raise ValueError("index_codecs")
    where = config.get("index_location", "end")
    if where not in {"start", "end"}:
        raise ValueError("index_location")
    return ShardIndex(first=where == "start", checked=bool(more))
