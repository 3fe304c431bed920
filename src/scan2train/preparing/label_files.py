"""The files that ``--labels`` names: those of a folder, or those that a pattern matches."""

from __future__ import annotations

import glob
import os
from pathlib import Path


def root_of_labels(given: str) -> Path:
    """The folder that was given, or the part of a pattern before its first wildcard; absolute."""
    root = Path(given).absolute()
    while not root.is_dir():
        root = root.parent
    return root


def label_files(given: str) -> tuple[Path, list[Path]]:
    """The root, and the files below it that are meant; all absolute.

    Links that lead to places outside the root are not followed.
    """
    root = root_of_labels(given)
    if Path(given).is_dir():
        files = [Path(folder) / name for folder, _, names in os.walk(root) for name in names]
    else:
        files = [Path(name).absolute() for name in glob.glob(given, recursive=True)]  # noqa: PTH207 - may be absolute
    inside = root.resolve()
    return root, sorted(file for file in files if file.is_file() and file.resolve().is_relative_to(inside))
