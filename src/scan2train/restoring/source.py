"""The DICOM series that a case was made from, found again."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from scan2train.errors import ChangedSource, Scan2TrainError, WrongUse
from scan2train.preparing.prepared import Case
from scan2train.reading.settled import settled
from scan2train.reading.source import index_alone

#: The rows of the volumes table at a place.
RowsAt = Callable[[Path], list[dict[str, Any]]]


def rows_kept() -> RowsAt:
    """Give a function that indexes each place once: many cases may come from one folder."""
    return cache(_rows_at)


def _rows_at(place: Path) -> list[dict[str, Any]]:
    return index_alone(place).volumes.to_dicts()


def source_row(case: Case, rows_at: RowsAt) -> dict[str, Any]:
    """The row of the volumes table that the case was made from, as its account says that it was read.

    Raises
    ------
    WrongUse
        If the source lies elsewhere now, or is no DICOM series.
    ChangedSource
        If something lies there, and the volume is not in it any more.
    """
    folder = _folder(case)
    if not folder.exists():
        raise WrongUse(
            "the scans that the case was made from are not there",
            where=folder,
            advice="Say where they lie now with --source: the folder that was prepared.",
        )
    try:
        rows = rows_at(folder)
    except Scan2TrainError as error:
        raise ChangedSource("the source cannot be indexed any more", where=folder, found=error) from error
    mine = [row for row in settled(rows, _irregular(case)) if row["volume"] == case.account["volume"]]
    if not mine:
        raise ChangedSource(
            "the volume that the case was made from is not there any more",
            where=folder,
            expected=f"volume {case.account['volume']}",
            found=f"{len(rows)} other volumes",
            advice="Fetch the files as they were, or prepare the set anew.",
        )
    if mine[0]["format"] != "dicom":
        raise WrongUse(
            "a DICOM object of labels refers to DICOM images, and this case was made from none",
            where=folder,
            found=mine[0]["format"],
            advice="Restore it as nifti.",
        )
    return mine[0]


def _irregular(case: Case) -> str:
    return str(case.account.get("irregular", "refuse"))


def _folder(case: Case) -> Path:
    """The folder, or the one file, that all files of the source share."""
    paths = [str(one["path"]) for one in case.account["sources"]]
    if case.root.is_file():
        return case.root
    if len(paths) == 1:
        return case.root / paths[0]
    shared = str(os.path.commonpath(paths)) if paths else ""
    return case.root / shared
