"""Which files there are below a source: regular files only, no link out of it, nothing twice."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from operator import attrgetter

from scan2train.errors import WrongUse

_NAME = attrgetter("name")
_NEVER = "a pipe, socket or device is never opened"


@dataclass(slots=True)
class Tree:
    """The regular files of one source, always in the same order, and what else was met.

    ``root`` is absolute; ``paths`` are relative to it, with forward slashes. ``passed`` lists what is no regular
    file or cannot be reached: path, size, mtime in ns, reason, message.
    """

    root: str
    paths: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    mtimes: list[int] = field(default_factory=list)
    passed: list[tuple[str, int | None, int | None, str, str]] = field(default_factory=list)

    def absolute(self) -> list[bytes]:
        """Names of the files for the operating system."""
        stem = os.fsencode(self.root if self.root.endswith(os.sep) else self.root + os.sep)
        return [stem + path.encode() for path in self.paths]


def walk_tree(source: str | os.PathLike[str]) -> Tree:
    """Find the files below a folder; for a file, the file itself, below the folder that holds it.

    Raises
    ------
    WrongUse
        If there is nothing of that name.
    """
    given = os.path.abspath(os.fspath(source))
    try:
        about = os.stat(given)
    except OSError as error:
        raise WrongUse(
            "there is no such file or folder", where=given, found=error.strerror, advice="Check the path."
        ) from error
    if stat.S_ISDIR(about.st_mode):
        tree = Tree(given)
        _walk(tree)
        return tree
    real = os.path.realpath(given)
    tree = Tree(os.path.dirname(real))
    name = os.path.basename(real)
    if stat.S_ISREG(about.st_mode):
        _add(tree, name, about)
    else:
        tree.passed.append((name, None, None, "not-a-regular-file", _NEVER))
    return tree


def _walk(tree: Tree) -> None:
    """Depth first, by names; a folder's files come before its folders."""
    stack = [""]
    paths, sizes, mtimes = tree.paths, tree.sizes, tree.mtimes
    while stack:
        folder = stack.pop()
        try:
            with os.scandir(os.path.join(tree.root, folder)) as found:
                entries = sorted(found, key=_NAME)
        except OSError as error:
            tree.passed.append(
                (folder, None, None, "unreadable", f"the folder cannot be read: {error.strerror}")
            )
            continue
        below = []
        prefix = f"{folder}/" if folder else ""
        for entry in entries:
            path = prefix + entry.name
            if entry.is_file(follow_symlinks=False) and path.isascii():
                try:
                    about = entry.stat(follow_symlinks=False)
                except OSError as error:
                    tree.passed.append(
                        (path, None, None, "unreadable", f"cannot be looked at: {error.strerror}")
                    )
                    continue
                paths.append(path)
                sizes.append(about.st_size)
                mtimes.append(about.st_mtime_ns)
            elif entry.is_dir(follow_symlinks=False):
                below.append(path)
            else:
                _look(tree, entry, path)
        stack.extend(reversed(below))


def _look(tree: Tree, entry: os.DirEntry[str], path: str) -> None:
    """What is no folder and no regular file with a plain name."""
    if entry.is_symlink():
        _note_link(tree, entry, path)
        return
    try:
        about = entry.stat(follow_symlinks=False)
    except OSError as error:
        tree.passed.append((path, None, None, "unreadable", f"cannot be looked at: {error.strerror}"))
        return
    if stat.S_ISREG(about.st_mode):
        _add(tree, path, about)
    else:
        tree.passed.append((path, None, about.st_mtime_ns, "not-a-regular-file", _NEVER))


def _add(tree: Tree, path: str, about: os.stat_result) -> None:
    try:
        path.encode()
    except UnicodeEncodeError:
        shown = os.fsencode(path).decode("utf-8", errors="replace")
        message = "the name is not UTF-8 and cannot be written into a table; rename the file"
        tree.passed.append((shown, about.st_size, about.st_mtime_ns, "name-not-text", message))
        return
    tree.paths.append(path)
    tree.sizes.append(about.st_size)
    tree.mtimes.append(about.st_mtime_ns)


def _note_link(tree: Tree, entry: os.DirEntry[str], path: str) -> None:
    """Links within the source lead to what is found anyway; those that leave it are named and not followed."""
    target = os.path.realpath(entry.path)
    root = os.path.realpath(tree.root)
    if os.path.commonpath([target, root]) == root and os.path.exists(target):
        return
    message = "a link that leads out of the source, or nowhere, is not followed"
    tree.passed.append((path, None, None, "link", message))
