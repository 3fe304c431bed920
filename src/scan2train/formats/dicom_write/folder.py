"""A folder of files that is there whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scan2train.errors import OutputInUse, WrongUse


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Fill a hidden folder beside ``folder``, which takes its name once all is safely on disk.

    Where anything goes wrong the hidden folder is removed, and ``folder`` stays as it was: absent or empty.

    Raises
    ------
    OutputInUse
        If something is there already.
    WrongUse
        If its parent is not there or cannot be written to.
    """
    require_free(folder)
    hidden = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        hidden.mkdir()
    except OSError as error:
        raise WrongUse(f"cannot write here: {error.strerror}", where=folder) from error
    try:
        yield hidden
        for file in sorted(hidden.iterdir()):
            _sync(file)
        _sync(hidden)
        hidden.replace(folder)  # an empty folder gives way to it
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    _sync(folder.parent)


def require_free(folder: Path) -> None:
    """Refuse a folder in which there is something.

    Raises
    ------
    OutputInUse
        If it is a file, a link, or not empty.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise OutputInUse("a series is written to a folder, and this is none", where=folder)
    if folder.is_dir() and any(folder.iterdir()):
        raise OutputInUse(
            "this folder holds something already",
            where=folder,
            advice="Choose a new or an empty folder: images that lie beside a series may be taken for its slices.",
        )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
