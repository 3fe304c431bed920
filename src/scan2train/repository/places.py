"""Where repositories lie: the one that holds a folder, and those that it holds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scan2train.repository.bounded import read_bounded

_SMALL = 1 << 16
_LINK = re.compile(rb"gitdir:[ \t]*([^\n]+?)\s*\Z")
_SHA256 = re.compile(rb"^\s*objectformat\s*=\s*\"?sha256", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """``top`` is the folder whose files are tracked, ``git`` its own git folder, ``common`` that of all work trees."""

    top: Path
    git: Path
    common: Path

    @property
    def name_bytes(self) -> int:
        """Length of an object's name."""
        config = read_bounded(self.common / "config", _SMALL) or b""
        return 32 if _SHA256.search(config) else 20


def repositories_of(source: Path, paths: Iterable[str]) -> list[Repository]:
    """The repositories in a source, told by the files below it, and the one that the source lies in."""
    tops = {source / top for top in map(_top_in, paths) if top is not None}
    found = [one for top in sorted(tops) if (one := repository_at(top)) is not None]
    if source not in tops:
        around = (one for folder in (source, *source.parents) if (one := repository_at(folder)) is not None)
        found[:0] = [one for one in (next(around, None),) if one is not None]
    return found


def _top_in(path: str) -> str | None:
    """The folder of the repository whose git folder, or link to it, a path leads through."""
    before, found, _ = f"/{path}/".partition("/.git/")
    return before.removeprefix("/") if found else None


def repository_at(top: Path) -> Repository | None:
    """The repository whose top that folder is: a folder ``.git``, or a file that names it (work trees, submodules)."""
    git = top / ".git"
    if git.is_symlink():
        return None
    if git.is_file():
        named = _LINK.match(read_bounded(git, _SMALL) or b"")
        if named is None:
            return None
        git = top / os.fsdecode(named[1])
    if not (git / "index").exists():
        return None
    shared = (read_bounded(git / "commondir", _SMALL) or b"").strip()
    return Repository(top=top, git=git, common=git / os.fsdecode(shared) if shared else git)
