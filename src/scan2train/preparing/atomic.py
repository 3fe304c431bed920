"""Files that are there as a whole or not at all, and are on the disk before anybody relies on them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from scan2train.errors import OutputDamaged

#: Every unfinished file and folder begins so; whatever does is a leftover once no run holds the lock.
UNFINISHED = ".tmp-"
_BLOCK = 1 << 20


def write_whole(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``: temporary name beside it, sync, read back, rename, sync the folder.

    Raises
    ------
    OutputDamaged
        If what is read back is not what was written.
    """
    unfinished = path.with_name(UNFINISHED + path.name)
    unfinished.write_bytes(data)
    settle(unfinished, crc32(data))
    unfinished.replace(path)
    sync_folder(path.parent)


def settle(path: Path, checksum: int | None = None) -> str:
    """Force a written file to the disk, read it again and compare; gives the SHA-256 of what is there.

    Parameters
    ----------
    path
        A file that this process has just written.
    checksum
        CRC-32 of what was written; if not given, of what the system's memory holds of it now.

    Raises
    ------
    OutputDamaged
        If the disk gives back something else.
    """
    with path.open("rb") as file:
        written = _crc32_of(file) if checksum is None else checksum
        os.fsync(file.fileno())
        if hasattr(os, "posix_fadvise"):
            # Otherwise the comparison would see the memory that was written and not the disk.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        file.seek(0)
        sha256, found = hashlib.sha256(), 0
        while block := file.read(_BLOCK):
            sha256.update(block)
            found = crc32(block, found)
    if found != written:
        raise OutputDamaged(
            "a file is not what was written to it",
            where=path,
            expected=f"CRC-32 {written:08x}",
            found=f"CRC-32 {found:08x}",
            advice="The disk or the connection to it is failing: check it before anything else is stored there.",
        )
    return sha256.hexdigest()


def _crc32_of(file: BinaryIO) -> int:
    checksum = 0
    while block := file.read(_BLOCK):
        checksum = crc32(block, checksum)
    return checksum


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Force a folder's entries to the disk, so that a rename in it outlives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
