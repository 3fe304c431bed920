"""Files and folders that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
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


@contextmanager
def replacing_folder(path: Path, mark: str) -> Iterator[Path]:
    """Fill a temporary folder beside ``path``, which takes that name once all is safely on disk.

    Where anything goes wrong the temporary folder is removed and ``path`` stays as it was.

    Parameters
    ----------
    path
        The folder to be; what is there already is replaced.
    mark
        A file that tells such a folder: what is there and does not hold it is never replaced.

    Raises
    ------
    WrongUse
        If ``path`` is there and is no such folder, or the folder above is not there or cannot be written to.
    """
    if path.is_symlink() or (path.exists() and not (path / mark).is_file()):
        raise WrongUse(
            "is there already, and no folder of this kind", where=path, advice="Choose another name."
        )
    hidden, old = (path.with_name(f".{path.name}.{secrets.token_hex(4)}.{end}") for end in ("part", "old"))
    try:
        hidden.mkdir()
    except OSError as error:
        raise WrongUse(f"cannot write here: {error.strerror}", where=path) from error
    try:
        yield hidden
        for folder, _, _ in os.walk(hidden):
            _sync_folder(Path(folder))
        if path.exists():
            path.rename(old)
        hidden.rename(path)
    except BaseException:
        if old.exists() and not path.exists():
            old.rename(path)
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)
    _sync_folder(path.parent)


@contextmanager
def synced(path: Path) -> Iterator[BinaryIO]:
    """Write a new file, which is safely on disk at the end."""
    with path.open("xb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
