"""Which files there are below a source: regular files only, no link out of it, nothing twice."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.formats.dicom.header import joined
from scan2train.formats.sniff import ZARR_METADATA
from scan2train.kernels import file_facts
from scan2train.kernels.file_facts import HAS_STATX

Ints = npt.NDArray[np.int64]

_NAME = attrgetter("name")
#: So few files are looked at sooner than a kernel is loaded.
_FEW = 100
_NOT_TEXT = "the name is not UTF-8 and cannot be written into a table; rename the file"
#: What ``prepare`` leaves in its output folder.
_PREPARED = frozenset({"dataset.json", "journal.jsonl", "recipe.toml"})
_MADE = "a prepared set is made of scans, and is none; name its folder itself to index it"
_NEVER = "a pipe, socket or device is never opened"


@dataclass(slots=True)
class Tree:
    """The regular files of one source, always in the same order, and what else was met.

    ``root`` is absolute; ``paths`` are relative to it, with forward slashes; ``sizes`` in bytes, ``mtimes`` in ns
    since the epoch; a size is -1 where nobody has looked yet (:func:`look`, or whoever opens the file). ``passed``
    lists what is no regular file or cannot be reached: path, size, mtime, reason, message.
    """

    root: str
    paths: list[str] = field(default_factory=list)
    sizes: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    mtimes: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    passed: list[tuple[str, int | None, int | None, str, str]] = field(default_factory=list)

    @contextmanager
    def opened(self) -> Iterator[int]:
        """Descriptor of the root, from which names are looked up without going all the way down to it each time."""
        folder = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield folder
        finally:
            os.close(folder)


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
        gone = isinstance(error, FileNotFoundError)
        raise WrongUse(
            "there is no such file or folder" if gone else "this cannot be looked at",
            where=given,
            found=None if gone else error.strerror,
            advice="Check the path." if gone else "Check the path, and that you may read it.",
        ) from error
    if stat.S_ISDIR(about.st_mode):
        tree = Tree(given)
        _walk(tree)
    else:
        folder, name = os.path.split(os.path.realpath(given))
        tree = Tree(folder)
        if stat.S_ISREG(about.st_mode):
            tree.paths.append(name)
        else:
            tree.passed.append((name, None, None, "not-a-regular-file", _NEVER))
    n = len(tree.paths)
    tree.sizes, tree.mtimes = np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=np.int64)
    return tree


def _walk(tree: Tree) -> None:
    """Depth first, by names; a folder's files come before its folders."""
    stack = [""]
    paths = tree.paths
    while stack:
        folder = stack.pop()
        try:
            with os.scandir(os.path.join(tree.root, folder)) as found:
                entries = list(found)
        except OSError as error:
            tree.passed.append(
                (folder, None, None, "unreadable", f"the folder cannot be read: {error.strerror}")
            )
            continue
        prefix = f"{folder}/" if folder else ""
        names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
        names.sort()
        if prefix and _PREPARED.issubset(names):
            tree.passed.append((folder, None, None, "prepared-set", _MADE))
            continue
        if not "".join(names).isascii():
            names = _texts_only(tree, prefix, names)
        paths.extend([prefix + name for name in names] if prefix else names)
        others = sorted((entry for entry in entries if not entry.is_file(follow_symlinks=False)), key=_NAME)
        below = [prefix + entry.name for entry in others if entry.is_dir(follow_symlinks=False)]
        if ZARR_METADATA in names:
            below = [name for name in below if not _part_of_zarr(os.path.join(tree.root, name))]
        for entry in others:
            if entry.is_symlink():
                _note_link(tree, entry, prefix + entry.name)
            elif not entry.is_dir(follow_symlinks=False):
                tree.passed.append((prefix + entry.name, None, None, "not-a-regular-file", _NEVER))
        stack.extend(reversed(below))


def _texts_only(tree: Tree, prefix: str, names: list[str]) -> list[str]:
    """The names that can stand in a table; the others are passed over."""
    kept = []
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError:
            shown = os.fsencode(prefix + name).decode("utf-8", errors="replace")
            tree.passed.append((shown, None, None, "name-not-text", _NOT_TEXT))
        else:
            kept.append(name)
    return kept


def _part_of_zarr(folder: str) -> bool:
    """Whether a folder in a Zarr folder holds chunks or an array of it: files of the one image, and none themselves."""
    return os.path.basename(folder) == "c" or os.path.exists(os.path.join(folder, ZARR_METADATA))


def look(tree: Tree) -> None:
    """Sizes and times of all files; what has gone since, or is no regular file any more, is passed over."""
    if HAS_STATX and len(tree.paths) > _FEW:
        with tree.opened() as folder:
            file_facts.look(folder, *joined(tree.paths), tree.sizes, tree.mtimes)
    lost = []
    for at in np.flatnonzero(tree.sizes < 0).tolist():
        path = tree.paths[at]
        try:
            about = os.lstat(os.path.join(tree.root, path))
        except OSError as error:
            tree.passed.append((path, None, None, "unreadable", f"cannot be looked at: {error.strerror}"))
            lost.append(at)
            continue
        if not stat.S_ISREG(about.st_mode):
            tree.passed.append((path, None, about.st_mtime_ns, "not-a-regular-file", _NEVER))
            lost.append(at)
            continue
        tree.sizes[at], tree.mtimes[at] = about.st_size, about.st_mtime_ns
    if lost:
        gone = set(lost)
        tree.paths = [path for at, path in enumerate(tree.paths) if at not in gone]
        tree.sizes, tree.mtimes = np.delete(tree.sizes, lost), np.delete(tree.mtimes, lost)


def _note_link(tree: Tree, entry: os.DirEntry[str], path: str) -> None:
    """Links within the source lead to what is found anyway; those that leave it are named and not followed."""
    target = os.path.realpath(entry.path)
    root = os.path.realpath(tree.root)
    if os.path.commonpath([target, root]) == root and os.path.exists(target):
        return
    message = "a link that leads out of the source, or nowhere, is not followed"
    tree.passed.append((path, None, None, "link", message))
