"""One run at a time in an output folder."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scan2train.errors import OutputInUse


@contextmanager
def hold(out: Path) -> Iterator[None]:
    """Hold ``out/lock`` for as long as the context lasts.

    The kernel lets go of the lock when the process ends, however it ends, so none is ever stale.

    Raises
    ------
    OutputInUse
        If another run holds it, at once and without waiting.
    """
    descriptor = os.open(out / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise _refusal(out, error, os.pread(descriptor, 20, 0)) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def refuse_if_held(out: Path) -> None:
    """Do nothing unless another run holds ``out`` now; looks only, so that long work can be refused before it begins.

    Raises
    ------
    OutputInUse
        If one does.
    """
    try:
        descriptor = os.open(out / "lock", os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return  # none has ever run here, or what lies there is no lock: those that write say so
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise _refusal(out, error, os.pread(descriptor, 20, 0)) from None
    finally:
        os.close(descriptor)


def _refusal(out: Path, error: OSError, holder: bytes) -> OutputInUse:
    if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
        return OutputInUse(
            "another run is writing here",
            where=out,
            found=f"a lock held by process {holder.decode('ascii', 'replace')}",
            advice="Wait until it has ended, or choose another folder.",
        )
    return OutputInUse(
        "this file system cannot lock a file, so two runs could not be kept apart",
        where=out,
        found=error.strerror,
        advice="Choose a folder on a local disk.",
    )
