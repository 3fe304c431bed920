"""The files that ``--labels`` names: those of a folder, or those that a pattern matches."""

from __future__ import annotations

import glob
import os
from pathlib import Path


def label_files(given: str) -> tuple[Path, list[Path]]:
    """The folder that was given, or the part of a pattern before its first wildcard, and the files; all absolute.

    Links that lead to places outside that folder are not followed.
    """
    root = Path(given).absolute()
    if root.is_dir():
        files = [Path(folder) / name for folder, _, names in os.walk(root) for name in names]
    else:
        files = [Path(name).absolute() for name in glob.glob(given, recursive=True)]  # noqa: PTH207 - may be absolute
        while glob.has_magic(str(root)) or not root.is_dir():
            root = root.parent
    inside = root.resolve()
    return root, sorted(file for file in files if file.is_file() and file.resolve().is_relative_to(inside))
