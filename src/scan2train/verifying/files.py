"""Whether files are there at the size, and with the content, that was written down of them."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scan2train.preparing.atomic import sha256_of
from scan2train.verifying.change import NOTHING, Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A file: whose it is, what it is called, where it lies, its size in bytes if that is known, and its SHA-256.

    ``advice`` is what to do where it is another.
    """

    case: str
    name: str
    path: Path
    size: int | None
    sha256: str
    advice: str = ""


def changed_files(files: Iterable[Expected], jobs: int) -> tuple[list[Change], int]:
    """What differs, in the order given, and how many bytes were read.

    Sizes come first, for all: a file of another size is told without being read. Contents are hashed in ``jobs``
    threads.
    """
    looked = [(one, *_looked_at(one)) for one in files]
    whole = [one for one, _, found in looked if found == ""]
    with ThreadPoolExecutor(jobs) as threads:
        contents = dict(zip(map(id, whole), threads.map(_content, whole), strict=True))
    changes = []
    for one, _, found in looked:
        differs = found or contents[id(one)]
        if differs:
            told = _told(one, found)
            changes.append(
                Change(case=one.case, path=one.name, expected=told, found=differs, advice=one.advice)
            )
    return changes, sum(size for _, size, found in looked if found == "")


def _looked_at(one: Expected) -> tuple[int, str]:
    """Size, and what there is to say against the file without reading it."""
    try:
        seen = one.path.lstat()
    except OSError as error:
        missing = isinstance(error, (FileNotFoundError, NotADirectoryError))
        return 0, NOTHING if missing else str(error.strerror)
    if one.size is not None and not stat.S_ISREG(seen.st_mode):
        return 0, "no plain file"
    if one.size not in (None, seen.st_size):
        return 0, f"{seen.st_size} bytes"
    return seen.st_size, ""


def _content(one: Expected) -> str:
    """What there is to say against its content."""
    try:
        found = sha256_of(one.path)
    except OSError as error:
        return str(error.strerror)
    return "" if found == one.sha256 else f"SHA-256 {found}"


def _told(one: Expected, found: str) -> str:
    if found.endswith(" bytes"):
        return f"{one.size} bytes"
    return f"SHA-256 {one.sha256}" if not found or found != NOTHING else "a file"
