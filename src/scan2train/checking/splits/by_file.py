"""Splits that a file names: its cases, found among the volumes of an index."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import polars as pl

from scan2train.checking.splits.said import Said, read_split
from scan2train.errors import WrongUse
from scan2train.index import Index
from scan2train.indexing.salt import hashed
from scan2train.knowledge.file_names import CHANNEL, stem
from scan2train.preparing.naming import name_cases
from scan2train.tables import SPLITS

_SHOWN = 5
_NEEDED = ("source", "path", "volume", "series_uid", "study_uid", "patient", "role")
#: What the names of cases are made from, besides.
_NAMING = ("format", "dimension", "dimension_value")


def by_file(index: Index, path: str | os.PathLike[str], salt: bytes) -> pl.DataFrame:
    """The table of splits (:data:`~scan2train.tables.SPLITS`) as a file says it.

    A case is a file by its path, its name or its stem, with or without the channel of nnU-Net; what ``prepare`` calls
    it; a folder; a UID of a series or study; a volume id; or a Patient ID, which ``salt`` hashes as the index did.

    Raises
    ------
    WrongUse
        If the file cannot be read, or names cases that are not there.
    """
    said = read_split(path)
    names = Names(index.volumes)
    skipped = skipped_names(index)
    rows, unknown = [], []
    for one in said:
        found = names.of(one.case, salt)
        if not found and skipped.isdisjoint(spellings(one.case)):
            unknown.append(one.case)
        rows += [_row(at, one) for at in found]
    if unknown:
        raise not_there(unknown, len(said), path)
    return SPLITS.frame(rows)


def not_there(unknown: Sequence[str], of: int, path: str | os.PathLike[str]) -> WrongUse:
    """The error for the cases, of so many, that a split file names and nobody has."""
    return WrongUse(
        "the split file names cases that are not there",
        where=path,
        expected="the names of files, folders, series or patients of the sources",
        found=_shown(unknown, of=of),
        advice="Check what was meant. Patient IDs are found with the salt that the index was made with (--salt).",
    )


def skipped_names(index: Index) -> set[str]:
    """What the files that gave no image may be called."""
    return {name for one in index.skipped["path"] for name in _of_file(one)}


def _row(at: int, said: Said) -> dict[str, object]:
    return {"volume_row": at, "split": said.split, "fold": said.fold, "set": "", "patient": said.patient}


def _shown(names: Sequence[str], of: int) -> str:
    unique = list(dict.fromkeys(names))
    more = ", …" if len(unique) > _SHOWN else ""
    return f"{len(unique)} of {of}: {', '.join(unique[:_SHOWN])}{more}"


class Names:
    """Everything that a volume of a volumes table may be called by, the surest first."""

    def __init__(self, volumes: pl.DataFrame) -> None:
        self._levels: tuple[dict[str, list[int]], ...] = tuple(defaultdict(list) for _ in range(5))
        self._patients: dict[str, list[int]] = defaultdict(list)
        files, uids, stems, cases, folders = self._levels
        rows = enumerate(volumes.select(_NEEDED + _NAMING).iter_rows(named=True))
        images = [(at, row) for at, row in rows if row["role"] != "labels"]
        for (at, _), name in zip(images, name_cases([row for _, row in images]), strict=True):
            cases[name].append(at)
        for at, row in images:
            path = row["path"] or "."
            for name in {path, f"{row['source']}/{path}", *_tails(path)}:
                files[name].append(at)
            for name in {row["volume"], row["series_uid"], row["study_uid"]} - {None, ""}:
                uids[name].append(at)
            for name in _stems(path):
                stems[name].append(at)
            for name in set(PurePosixPath(path).parts[:-1]):
                folders[name].append(at)
            if row["patient"]:
                self._patients[row["patient"]].append(at)

    def of(self, case: str, salt: bytes) -> Sequence[int]:
        """The rows of the volumes that are called so."""
        for level in self._levels:
            for name in spellings(case):
                if name in level:
                    return level[name]
        return self._patients.get(hashed(case, salt), ())


def spellings(case: str) -> Iterator[str]:
    """A case as it is written, as a path from the source, and less folders and suffix."""
    yield case
    plain = case.replace("\\", "/").removeprefix("./").rstrip("/")
    yield plain
    if "/" in plain or plain != stem(plain):
        yield stem(plain)


def _tails(path: str) -> Iterator[str]:
    """A path less the first of its folders, less the first two, and so on."""
    parts = PurePosixPath(path).parts
    return ("/".join(parts[at:]) for at in range(len(parts)))


def _stems(path: str) -> set[str]:
    own = stem(path)
    return {own, CHANNEL.sub("", own)}


def _of_file(path: str) -> Iterator[str]:
    yield from _tails(path)
    yield from _stems(path)
