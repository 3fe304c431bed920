"""A folder that git tracks, made without git: for tests of what is said about repositories."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from pathlib import Path

from scan2train.testing.small import Build


def tracked(
    files: Mapping[str, int | None],
    *,
    version: int = 2,
    beside: Mapping[str, int] | None = None,
    git: bool = True,
) -> Build:
    """Files of these sizes, sparse, and an index that holds them.

    Parameters
    ----------
    files
        Path and size in bytes; ``None`` for a file that is there already.
    version
        Of the index: 2, or 4, which leaves out what two names have in common.
    beside
        Files that are there and not in the index.
    git
        Whether there is a repository at all.
    """

    def build(folder: Path) -> object:
        for name, size in {**files, **(beside or {})}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if size is not None:
                with path.open("wb") as file:
                    file.write(b"PK")
                    file.truncate(size)
        if git:
            (folder / ".git").mkdir()
            (folder / ".git" / "index").write_bytes(index_of(folder, sorted(files), version))
        return folder

    return build


def index_of(folder: Path, names: list[str], version: int = 2) -> bytes:
    """The bytes of a git index of these files, of version 2 or 4."""
    content = b"DIRC" + struct.pack(">II", version, len(names))
    before = b""
    for name in names:
        plain = name.encode()
        size = (folder / name).stat().st_size
        head = struct.pack(">10I", 0, 0, 0, 0, 0, 0, 0o100644, 0, 0, size & 0xFFFFFFFF)
        head += hashlib.sha1(plain).digest() + struct.pack(">H", min(len(plain), 0xFFF))  # noqa: S324 - git's own
        if version == 4:
            common = 0
            while common < min(len(before), len(plain)) and before[common] == plain[common]:
                common += 1
            content += head + _varint(len(before) - common) + plain[common:] + b"\0"
            before = plain
        else:
            entry = head + plain
            content += entry + b"\0" * (8 - len(entry) % 8)
    return content + hashlib.sha1(content).digest()  # noqa: S324 - git's own


def _varint(value: int) -> bytes:
    """Git's offset encoding."""
    out = bytes([value & 0x7F])
    while value := value >> 7:
        value -= 1
        out = bytes([0x80 | (value & 0x7F)]) + out
    return out
