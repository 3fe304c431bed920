"""Sizes and times of files without returning to the interpreter, where the C library has Linux's ``statx``."""

from __future__ import annotations

import ctypes
import sys

import numpy as np
from numba import types

from scan2train.kernels.compiling import inner, outer

_AT_SYMLINK_NOFOLLOW = 0x100
_AT_EMPTY_PATH = 0x1000
_TYPE_SIZE_MTIME = 0x1 | 0x200 | 0x40
#: What is wanted of ``struct statx``, which is the same on every architecture (statx(2)); the times are of change.
STATX = np.dtype(
    {
        "names": ["mode", "size", "seconds", "nanoseconds"],
        "formats": [np.uint16, np.int64, np.int64, np.uint32],
        "offsets": [28, 40, 112, 120],
        "itemsize": 256,
    },
    align=True,
)
_S_IFMT, _S_IFREG = 0o170000, 0o100000

#: Whether compiled code will find the function.
HAS_STATX = sys.platform.startswith("linux") and hasattr(ctypes.CDLL(None), "statx")

if HAS_STATX:
    _c_statx = types.ExternalFunction(
        "statx", types.int32(types.int32, types.voidptr, types.int32, types.uint32, types.voidptr)
    )

    @inner
    def ask(folder, name, flags, about):
        """Call ``statx``; 0 if ``about`` (one of :data:`STATX`) has been filled."""
        return _c_statx(folder, name, flags, _TYPE_SIZE_MTIME, about.ctypes.data)

else:

    @inner
    def ask(folder, name, flags, about):  # noqa: ARG001 - as where it can be asked
        """Nothing can be asked here."""
        return -1


@inner
def tell(row, about, sizes, mtimes):
    """Put what ``statx`` said in a row, a size of -1 where it is no regular file; returns the size."""
    told = about[0]
    if (told.mode & _S_IFMT) != _S_IFREG:
        return -1
    sizes[row] = told.size
    mtimes[row] = told.seconds * 1_000_000_000 + told.nanoseconds
    return told.size


@inner
def look_open(fd, nothing, row, about, sizes, mtimes):
    """The size of an open file, which is put in its row with the time; -1 if it is no regular one or cannot be asked.

    ``nothing`` is a zero byte: an empty name.
    """
    if ask(fd, nothing.ctypes.data, _AT_EMPTY_PATH, about) != 0:
        return -1
    return tell(row, about, sizes, mtimes)


@outer
def look(folder, paths, starts, sizes, mtimes):
    """Fill ``sizes`` (bytes) and ``mtimes`` (ns since the epoch) of the regular files whose names begin at ``starts``.

    ``folder`` is the descriptor of an open folder that the names are relative to; ``paths`` holds the names, each ended
    by a zero byte. Rows of what is no regular file, or cannot be looked at, stay as they are.
    """
    about = np.empty(1, dtype=STATX)
    for row in range(starts.size):
        if ask(folder, paths.ctypes.data + starts[row], _AT_SYMLINK_NOFOLLOW, about) == 0:
            tell(row, about, sizes, mtimes)
