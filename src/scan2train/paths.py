"""A path as a user gives it."""

from __future__ import annotations

import os
from pathlib import Path

from scan2train.errors import WrongUse


def path_given(given: object, what: str = "a path") -> Path:
    """Make a path of what was given, if the system can have one of that name.

    Raises
    ------
    WrongUse
        If it is no path, or no file can be called so.
    """
    if not isinstance(given, (str, os.PathLike)):
        raise WrongUse(f"{what} is a text or a path", found=type(given).__name__)
    path = Path(given)
    try:
        path.exists()
    except OSError as error:
        raise WrongUse(
            f"{what} cannot be called so", found=f"{str(path)[:80]!r}: {error.strerror}"
        ) from error
    if "\0" in str(path):
        raise WrongUse(f"{what} cannot be called so", found=f"{str(path)[:80]!r}: it holds a null character")
    return path
