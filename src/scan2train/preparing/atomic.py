"""Files that are there as a whole or not at all, and are on the disk before anybody relies on them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from scan2train.errors import OutputDamaged

#: Every unfinished file and folder begins so; whatever does is a leftover once no run holds the lock.
UNFINISHED = ".tmp-"


def write_whole(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``: temporary name beside it, sync, read back, rename, sync the folder.

    Raises
    ------
    OutputDamaged
        If what is read back is not what was written.
    """
    unfinished = path.with_name(UNFINISHED + path.name)
    unfinished.write_bytes(data)
    settle(unfinished, hashlib.sha256(data).hexdigest())
    unfinished.replace(path)
    sync_folder(path.parent)


def settle(path: Path, sha256: str) -> None:
    """Force a written file to the disk, read it again and compare.

    Raises
    ------
    OutputDamaged
        If its SHA-256 is not ``sha256``.
    """
    with path.open("rb") as file:
        os.fsync(file.fileno())
        if hasattr(os, "posix_fadvise"):
            # Otherwise the comparison would see the memory that was written and not the disk.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise OutputDamaged(
            "a file is not what was written to it",
            where=path,
            expected=f"SHA-256 {sha256}",
            found=f"SHA-256 {found}",
            advice="The disk or the connection to it is failing: check it before anything else is stored there.",
        )


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
