"""A file of more than 100 MB that git tracks without LFS.

What it finds
-------------
Files over 100 MB, of the sources, that are in the index of a git repository, unless ``.gitattributes`` hand them to Git
LFS. What is ignored or not added is nothing to speak of. Repositories are looked for around a source and in it; only
their files are read, and git is not run.

Why it matters
--------------
Every version of such a file stays in the history for ever, and every clone fetches all of them. GitHub refuses files of
more than 100 MiB, at the push, when they are hard to take out again.

What to do
----------
Take the file out of the index with git rm --cached, and let LFS keep it: git lfs track, or a line in .gitattributes.

Or keep data and checkpoints outside of the repository, with their hashes in it. What was committed already stays in
the history until that is rewritten (git lfs migrate import).

References
----------
gitattributes(5); Git LFS, git-lfs-track(1); GitHub, "About large files on GitHub".
"""

from __future__ import annotations

import os
import stat
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

import polars as pl

from scan2train.finding import Where
from scan2train.knowledge.suffixes import suffix_of
from scan2train.knowledge.tolerances import REP002_BYTES
from scan2train.repository.attributes import Attributes
from scan2train.repository.bounded import read_bounded
from scan2train.repository.places import Repository, repositories_of
from scan2train.repository.tracked import NoIndex, Tracked, tracked_files
from scan2train.rule import Example, Hit, bad, good, info, near, warning
from scan2train.tables.source_folder import source_folder

_MOST_INDEX = 1 << 30
_SHOWN = 6


def check(files: pl.DataFrame) -> Iterator[Hit]:
    """Look into the index of each repository around and in the sources."""
    for (source,), those in files.sort("source").group_by("source", maintain_order=True):
        # Of a source that is one file, the others of its folder are no part.
        firsts = frozenset(those["path"].str.split("/").list.first().unique())
        inside = those.filter(pl.col("path").str.contains(r"(?:^|/)\.git(?:/|$)"))["path"]
        folder = source_folder(str(source))
        for repository in repositories_of(folder, inside):
            yield from _of_repository(repository, folder, firsts)


def _of_repository(repository: Repository, source: Path, firsts: Container[str]) -> Iterator[Hit]:
    content = read_bounded(repository.git / "index", _MOST_INDEX)
    place = os.path.relpath(repository.top, source)
    try:
        tracked = tracked_files(content or b"", name_bytes=repository.name_bytes)
    except NoIndex as why:
        yield info(
            "what this repository tracks cannot be read, so large files may be among it",
            seen=f"{why}",
            expected=".git/index of version 2 to 4",
            where=Where(path=place if not place.startswith("..") else "."),
            scope="dataset",
        )
        return
    attributes = Attributes(repository.top, repository.common)
    lost, gained = _ways(repository.top, source)
    large = sorted(
        (path, size)
        for one in tracked
        if one.path.startswith(lost)
        and (path := gained + one.path[len(lost) :]).split("/", 1)[0] in firsts
        and (size := _size(repository, one)) > REP002_BYTES
        and not attributes.is_lfs(one.path)
    )
    lines = _lines([path for path, _ in large])
    for path, size in large:
        yield warning(
            "a large file is tracked by git without LFS",
            seen=f"{size / 1e6:.4g} MB",
            expected=f"at most {REP002_BYTES / 1e6:g} MB, or filter=lfs",
            advice=f"Take it out of the index (git rm --cached), and add to .gitattributes:\n{lines}",
            where=Where(path=path),
            scope="file",
        )


def _ways(top: Path, source: Path) -> tuple[str, str]:
    """What a path from the repository's top loses and gains to be one from the source; one of both is empty.

    Told once, as there may be a million paths.
    """
    if source.is_relative_to(top):
        inside = source.relative_to(top).as_posix()
        return ("" if inside == "." else f"{inside}/"), ""
    return "", f"{top.relative_to(source).as_posix()}/"


def _size(repository: Repository, one: Tracked) -> int:
    """Bytes of the file as it is now; as it was added, where it is gone."""
    try:
        about = (repository.top / one.path).lstat()
    except (OSError, ValueError):
        return one.size
    return about.st_size if stat.S_ISREG(about.st_mode) else 0


def _lines(paths: Iterable[str]) -> str:
    """Lines of .gitattributes for these files: by suffix, or by name where there is none."""
    patterns = sorted({f"*{path[-n:]}" if (n := len(suffix_of(path))) else _quoted(path) for path in paths})
    more = ["…"] if len(patterns) > _SHOWN else []
    return "\n".join([f"{one} filter=lfs diff=lfs merge=lfs -text" for one in patterns[:_SHOWN]] + more)


def _quoted(path: str) -> str:
    plain = "/" + "".join(f"\\{letter}" if letter in "*?[\\" else letter for letter in path)
    return (
        '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"' if " " in plain or '"' in plain else plain
    )


def examples() -> Iterator[Example]:
    """Large files that are tracked, ignored, or kept by LFS."""
    from scan2train.finding import Severity
    from scan2train.testing.repository import tracked
    from scan2train.testing.small import small_nifti, small_text, together

    large = REP002_BYTES + 1
    lfs = small_text(".gitattributes", "*.pt filter=lfs diff=lfs merge=lfs -text\n")
    scan = small_nifti("scan.nii.gz")
    yield good("a small file", together(scan, tracked({"scan.nii.gz": None})))
    yield good("a large file with LFS", together(scan, lfs, tracked({"runs/best.pt": large})))
    yield bad("a checkpoint", together(scan, tracked({"runs/best.ckpt": large})), Severity.WARNING)
    yield bad(
        "a volume, in an index of version 4, with LFS for others",
        together(scan, lfs, tracked({"a.npy": large, "b.pt": large}, version=4)),
        Severity.WARNING,
    )
    yield bad(
        "LFS that a folder takes back",
        together(
            scan, lfs, small_text("old/.gitattributes", "*.pt -filter\n"), tracked({"old/best.pt": large})
        ),
        Severity.WARNING,
    )
    yield near("just 100 MB", together(scan, tracked({"best.pt": REP002_BYTES})))
    yield near(
        "a large file that is not tracked",
        together(scan, tracked({"scan.nii.gz": None}, beside={"best.pt": large})),
    )
    yield near("no repository", together(scan, tracked({}, beside={"best.pt": large}, git=False)))
