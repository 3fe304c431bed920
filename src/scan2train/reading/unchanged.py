"""Whether the files of an image that is not DICOM are still those that were indexed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scan2train.errors import ChangedSource


def require_unchanged(row: Mapping[str, Any], base: Path) -> None:
    """See that the files of a row are there as they were indexed: the header's by its size, further ones by time too.

    A header that has changed is read again with the image. The voxels beside it have nothing in them that would
    tell that they are others.

    Raises
    ------
    ChangedSource
        If a file is gone, or is not what it was.
    """
    _require(base / row["member_path"][0], row["member_size"][0], None)
    further = (row.get(name) or () for name in ("data_path", "data_size", "data_mtime_ns"))
    for path, size, mtime_ns in zip(*further, strict=True):
        _require(base / path, size, mtime_ns)


def _require(path: Path, size: int | None, mtime_ns: int | None) -> None:
    try:
        about = path.stat()
    except OSError as error:
        raise ChangedSource("the file cannot be opened any more", where=path, found=error) from error
    if size not in (None, about.st_size):
        raise _changed(path, f"a file of {size} bytes", f"{about.st_size} bytes")
    if mtime_ns not in (None, about.st_mtime_ns):
        raise _changed(path, _last_change(mtime_ns), _last_change(about.st_mtime_ns))


def _last_change(ns: int) -> str:
    return f"last change at {ns} ns since the epoch"


def _changed(path: Path, expected: str, found: str) -> ChangedSource:
    return ChangedSource(
        "the file has changed since it was indexed",
        where=path,
        expected=expected,
        found=found,
        advice="Index the source again.",
    )
