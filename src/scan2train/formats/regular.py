"""Opening what is a file and nothing else, and how much one image may take."""

from __future__ import annotations

import os
import stat
from io import FileIO
from pathlib import Path

from scan2train.errors import HostileFile, UnreadableFile

#: The most one image may take once inflated. The variable SCAN2TRAIN_LARGEST_IMAGE_GIB sets another limit.
LARGEST_IMAGE = 64 << 30


def open_regular(path: Path) -> FileIO:
    """Open a file for reading, if it is a regular one; never waits for a pipe.

    Raises
    ------
    HostileFile
        If it is a pipe, a socket, a device or a folder.
    UnreadableFile
        If it is not there or may not be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"cannot be opened: {error}", where=path) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise HostileFile("is no regular file", where=path)
    return os.fdopen(handle, "rb", buffering=0)


def largest_image() -> int:
    """Give the most bytes that one image may take."""
    given = os.environ.get("SCAN2TRAIN_LARGEST_IMAGE_GIB", "")
    return int(given) << 30 if given.isdecimal() else LARGEST_IMAGE
