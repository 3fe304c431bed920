"""Says once, of all processes of a command, that kernels are being compiled: that takes long, and only the first time.

A command leaves an empty file and its path in the environment, which its workers inherit. Whichever process removes the
file is the one that says so. A program that merely imports the package leaves none, and nothing is said.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PLACE = "SCAN2TRAIN_COMPILING"
_SAID = "note: compiling for this machine, once; later runs are faster\n"


@contextmanager
def told_once() -> Iterator[None]:
    """Have the first compilation within said on stderr, wherever it happens."""
    try:
        handle, place = tempfile.mkstemp(prefix="scan2train-")
    except OSError:  # nowhere to write: then nothing is said
        yield
        return
    os.close(handle)
    os.environ[_PLACE] = place
    try:
        yield
    finally:
        os.environ.pop(_PLACE, None)
        with suppress(OSError):
            Path(place).unlink()


def compiling() -> None:
    """Say that a kernel is being compiled, unless it has been said or nobody asked for it."""
    place = os.environ.pop(_PLACE, "")
    if not place:
        return
    try:
        Path(place).unlink()
    except OSError:  # another process has said it
        return
    sys.stderr.write(_SAID)
    sys.stderr.flush()
