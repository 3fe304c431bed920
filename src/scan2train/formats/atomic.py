"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from scan2train.errors import WrongUse


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Write to a temporary file in the same folder, which takes the name ``path`` once all is safely on disk.

    Where anything goes wrong the temporary file is removed and ``path`` stays as it was.

    Raises
    ------
    WrongUse
        If the folder is not there or cannot be written to.
    """
    hidden = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        handle = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise WrongUse(f"cannot write here: {error.strerror}", where=path) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        hidden.replace(path)
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
