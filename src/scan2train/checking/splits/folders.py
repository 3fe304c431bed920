"""Splits that are told by folders: ``train`` and ``test``, ``imagesTr`` and ``imagesTs``, ``fold_0/val``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import polars as pl

from scan2train.knowledge.split_names import SET_FOLDER, fold_folder, split_folder
from scan2train.tables import SPLITS

#: Split, fold, data set.
_Part = tuple[str, int | None, str]


def by_folders(volumes: pl.DataFrame) -> pl.DataFrame:
    """The table of splits (:data:`~scan2train.tables.SPLITS`) as the folders of a volumes table show them.

    A folder that is called after a part and nothing else counts before one whose name says more, and a deeper one
    before the one that it lies in. Where several sources were given, their own names count as well. Empty where
    there is no more than one part.
    """
    several = volumes["source"].n_unique() > 1
    known: dict[tuple[str, tuple[str, ...]], _Part | None] = {}
    rows = []
    for at, (source, path, form) in enumerate(volumes.select("source", "path", "format").iter_rows()):
        place = (source if several else "", _folders(path or "", form))
        if place not in known:
            known[place] = _part(*place)
        part = known[place]
        if part is not None:
            split, fold, whole = part
            rows.append({"volume_row": at, "split": split, "fold": fold, "set": whole, "patient": None})
    if len({row["split"] for row in rows}) < 2:
        return SPLITS.frame()
    return SPLITS.frame(rows)


def _folders(path: str, form: str) -> tuple[str, ...]:
    """The folders below the source that a volume lies in; a DICOM series is its own folder."""
    parts = PurePosixPath(path).parts
    is_file = form != "dicom" or (parts and "." in parts[-1])
    return parts[:-1] if is_file else parts


def _part(source: str, folders: Sequence[str]) -> _Part | None:
    found: tuple[bool, str] | None = None
    own = split_folder(PurePosixPath(source).name) if source else None
    if own is not None and own[1]:
        found = (True, own[0])
    for name in folders:
        told = split_folder(name)
        if told is not None and (found is None or told[1] >= found[0]):
            found = (told[1], told[0])
    if found is None:
        return None
    folds = [fold for fold in map(fold_folder, folders) if fold is not None]
    sets = [at for at, name in enumerate(folders) if SET_FOLDER.fullmatch(name)]
    whole = f"{source}/{'/'.join(folders[: sets[-1] + 1])}" if sets else ""
    return found[1], folds[-1] if folds else None, whole
