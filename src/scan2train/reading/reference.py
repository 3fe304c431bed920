"""The image that labels belong to: its grid, and what it is called, without its voxels."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.grid import Grid
from scan2train.reading.read_from import row_read_from
from scan2train.reading.refusals import refusal
from scan2train.reading.source import index_alone, only_volume
from scan2train.tables.source_folder import source_folder
from scan2train.volume import Volume


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reference:
    """A grid, and where it is known the image's row of the volumes table and its Series Instance UID."""

    grid: Grid
    series_uid: str = ""
    row: Mapping[str, Any] | None = None

    @property
    def base(self) -> Path:
        """The folder that the paths of the row are relative to."""
        return source_folder("" if self.row is None else self.row["source"])


def reference_of(given: Any) -> Reference:
    """What ``given`` (a path, a row, a :class:`Volume` or a :class:`Grid`) says of where labels belong.

    Raises
    ------
    Scan2TrainError
        If a path or row has no one volume, or one without a regular grid, as :func:`scan2train.read.read`.
    WrongUse
        If it is none of these.
    """
    if isinstance(given, Grid):
        return Reference(grid=given)
    if isinstance(given, Volume):
        return Reference(grid=given.grid, series_uid=str(given.meta.get("series_uid", "")))
    if isinstance(given, (str, os.PathLike)):
        return of_row(only_volume(Path(given)))
    if isinstance(given, Mapping):
        return of_row(given)
    if hasattr(given, "to_dicts") and len(given.to_dicts()) == 1:
        return of_row(given.to_dicts()[0])
    raise WrongUse(
        "a reference is an image: a path, a row of the volumes table, a Volume or a Grid",
        found=type(given).__name__,
    )


def of_row(row: Mapping[str, Any]) -> Reference:
    """The reference that a row of the volumes table is.

    Raises
    ------
    IrregularSlices, GeometryError
        If its slices are no regular grid.
    """
    refused = refusal(row, str(Path(row["source"]) / row["path"]))
    if refused is not None and row["irregular"] != "duplicate-positions":
        raise refused
    count = len(row["member_path"]) if row["format"] == "dicom" else row["size_k"]
    affine = np.array(row["affine"], dtype=np.float64).reshape(4, 4)
    grid = Grid((row["size_i"], row["size_j"], count), affine, bool(row["physical"]))
    return Reference(grid=grid, series_uid=row.get("series_uid") or "", row=row)


def series_beside(folder: Path, series_uids: tuple[str, ...]) -> Reference | None:
    """The one regular volume below a folder that belongs to one of these series; ``None`` if there is no such."""
    found = index_alone(folder).volumes.to_dicts()
    rows = [row for row in found if row["series_uid"] in series_uids and row["role"] != "labels"]
    try:
        return of_row(rows[0]) if len(rows) == 1 else None
    except Scan2TrainError:
        return None


def written_on(given: Any) -> Reference:
    """As :func:`reference_of`, with the DICOM files that stand behind it, so that something can be written for them.

    Raises
    ------
    WrongUse
        If no DICOM series stands behind it.
    """
    if isinstance(given, (Volume, Grid)):
        row = row_read_from(given) if isinstance(given, Volume) else None
        found = None if row is None else of_row(row)
    else:
        found = reference_of(given)
    if found is None or found.row is None or found.row["format"] != "dicom":
        raise WrongUse(
            "a DICOM object of labels refers to the DICOM images that they lie on",
            expected="reference=, the folder or row of the DICOM series, or the Volume that was read from it",
            found=type(given).__name__ if found is None or found.row is None else found.row["format"],
        )
    return found
