"""Which files a repository tracks: its index, versions 2 to 4.

Reference: git, Documentation/gitformat-index.txt.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

#: Bytes of an entry before the object's name: two times, device, inode, mode, uid, gid, size.
_HEAD: Final = struct.Struct(">10I")
_FLAGS: Final = struct.Struct(">H")
_EXTENDED: Final = 0x4000
_NAME_LENGTH: Final = 0x0FFF
#: Systems take no longer path.
_LONGEST_NAME: Final = 4096
#: Upper four bits of the mode of a regular file; links, submodules and folders of a sparse index have others.
_REGULAR: Final = 0b1000
#: The extension by which an index is a difference to another file.
_SPLIT: Final = b"link"


class NoIndex(Exception):
    """The bytes are no index that can be read; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """A regular file of the index: ``path`` from the top of the repository, ``size`` in bytes when it was added."""

    path: str
    size: int


def tracked_files(content: bytes, *, name_bytes: int = 20) -> list[Tracked]:
    """The regular files of an index.

    Parameters
    ----------
    content
        The file ``.git/index``.
    name_bytes
        Length of an object's name: 20 for SHA-1, 32 for SHA-256.

    Raises
    ------
    NoIndex
        If it is damaged, of another version, or split into two files.
    """
    if len(content) < 12 or content[:4] != b"DIRC":
        raise NoIndex("it does not begin as an index does")
    version, count = struct.unpack_from(">II", content, 4)
    if version not in (2, 3, 4):
        raise NoIndex(f"its version is {version}")
    try:
        found, end = _entries(content, version, count, name_bytes)
    except (struct.error, ValueError, IndexError) as error:
        raise NoIndex("its entries are damaged") from error
    if content[end : end + 4] == _SPLIT:
        raise NoIndex("it is split into two files; git update-index --no-split-index joins them")
    return found


def _entries(content: bytes, version: int, count: int, name_bytes: int) -> tuple[list[Tracked], int]:
    found: list[Tracked] = []
    at, name = 12, b""
    for _ in range(count):
        start = at
        *_, mode, _, _, size = _HEAD.unpack_from(content, at)
        at += _HEAD.size + name_bytes
        (flags,) = _FLAGS.unpack_from(content, at)
        at += 4 if flags & _EXTENDED else 2
        if version == 4:
            cut, at = _varint(content, at)
            if cut > len(name):
                raise ValueError(cut)
            end = content.index(b"\0", at)
            name = name[: len(name) - cut] + content[at:end]
            at = end + 1
        else:
            known = flags & _NAME_LENGTH
            end = at + known if known < _NAME_LENGTH else content.index(b"\0", at)
            name = content[at:end]
            # One to eight zeros fill an entry up to a multiple of eight bytes.
            at = start + (end - start + 8) // 8 * 8
        # Version 4 repeats what two names have in common, so that few bytes could become a great many.
        if end > len(content) or len(name) > _LONGEST_NAME:
            raise ValueError(end)
        if mode >> 12 == _REGULAR:
            found.append(Tracked(path=name.decode("utf-8", errors="surrogateescape"), size=size))
    return found, at


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """A number in git's offset encoding (as of OFS_DELTA objects), and where it ends."""
    byte = content[at]
    value = byte & 0x7F
    at += 1
    while byte & 0x80:
        byte = content[at]
        value = ((value + 1) << 7) | (byte & 0x7F)
        at += 1
        if value > 1 << 20:
            raise ValueError(value)
    return value, at
