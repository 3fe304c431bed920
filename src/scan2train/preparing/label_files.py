"""The files that ``--labels`` names: those of a folder, or those that a pattern matches; and what they hold."""

from __future__ import annotations

import glob
import os
from pathlib import Path

#: Names of files that hold voxels, and of the headers beside them.
_VOXELS, _HEADERS = (".img", ".img.gz"), (".hdr", ".hdr.gz", ".HDR")


def root_of_labels(given: str) -> Path:
    """The folder that was given, or the part of a pattern before its first wildcard; absolute."""
    root = Path(given).absolute()
    while not root.is_dir():
        root = root.parent
    return root


def label_files(given: str) -> tuple[Path, list[Path]]:
    """The root, and the files below it that are meant; all absolute.

    A header with its voxels in a file beside it (``.hdr`` and ``.img``) is one, named by the header. Links that lead
    to places outside the root are not followed.
    """
    root = root_of_labels(given)
    if Path(given).is_dir():
        files = [Path(folder) / name for folder, _, names in os.walk(root) for name in names]
    else:
        files = [Path(name).absolute() for name in glob.glob(given, recursive=True)]  # noqa: PTH207 - may be absolute
    inside = root.resolve()
    meant = {_header_of(file) for file in files}
    return root, sorted(file for file in meant if file.is_file() and file.resolve().is_relative_to(inside))


def _header_of(file: Path) -> Path:
    for end in _VOXELS:
        if file.name.lower().endswith(end):
            beside = [file.with_name(file.name[: -len(end)] + header) for header in _HEADERS]
            return next((one for one in beside if one.is_file()), file)
    return file
