"""Codes that are not told of some files and folders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path, PurePath, PurePosixPath

from scan2train.checking.places import Places
from scan2train.finding import Finding
from scan2train.knowledge.wildcards import STAR, along, one_name

#: Patterns, each with the codes, beginnings of codes or names that are not told of what it matches.
PerPath = Sequence[tuple[str, Sequence[str]]]


def without_ignored(
    findings: Iterable[Finding], ignores: PerPath, places: Places, folder: Path
) -> list[Finding]:
    """Leave out what the settings say is not told of its place.

    Parameters
    ----------
    findings
        What was found.
    ignores
        Patterns and codes. A pattern is matched with a path as findings print it, below its source, and with the same
        path as seen from ``folder``.
    places
        Where findings lie.
    folder
        The folder of the settings file.
    """
    return [one for one in findings if not _ignored(one, ignores, places, folder.resolve())]


def _ignored(one: Finding, ignores: PerPath, places: Places, folder: Path) -> bool:
    if one.where.path is None:
        return False
    mine = [
        pattern
        for pattern, words in ignores
        if any(one.code.startswith(word.upper()) or one.name == word.lower() for word in words)
    ]
    if not mine:
        return False
    paths = list(_seen_as(one, places, folder))
    return any(matches(path, pattern) for pattern in mine for path in paths)


def _seen_as(one: Finding, places: Places, folder: Path) -> Iterator[PurePath]:
    yield PurePosixPath(PurePath(one.where.path or "").as_posix())
    whole = places.of(one)
    if whole is not None and whole.is_relative_to(folder):
        yield PurePosixPath(whole.relative_to(folder).as_posix())


def matches(path: PurePath, pattern: str) -> bool:
    """Whether a pattern names a path, or a folder that it lies in.

    ``*`` and ``?`` stand for parts of one name, ``**`` for any number of folders; ``legacy/**`` is also the folder
    ``legacy`` itself, which is where the volume of a folder lies. A pattern without ``/`` is a name anywhere.
    """
    wanted = [None if part == "**" else _name(part) for part in _parts(pattern)]
    if len(wanted) == 1:
        return any(along((part,), wanted) for part in path.parts or (".",))
    return any(along(one.parts, wanted) for one in (path, *path.parents))


def _parts(pattern: str) -> list[str]:
    return pattern.removeprefix("./").rstrip("/").split("/")


@cache
def _name(part: str) -> re.Pattern[str]:
    """A pattern of one name; brackets mean themselves."""
    known = {"*": STAR, "?": "[^/]"}
    return one_name([known.get(letter) or re.escape(letter) for letter in part])
