"""Whose labels a file is, where its name would do for several images: told by folders first, then by the grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.formats.registry import by_format
from scan2train.formats.sniff import HEAD_BYTES, sniff
from scan2train.grid import Grid
from scan2train.preparing.words import CHANNEL, image_folder, label_folder, stem

Row = Mapping[str, Any]
#: Sizes, and the affine row by row.
Place = tuple[tuple[int, ...], Sequence[float]]

#: Two grids are one where no number of their affines differs by more than this, in mm.
_SAME_GRID_MM = 1e-3


def place_of(row: Row) -> Place | None:
    """The grid of a row of the volumes table; ``None`` where it has none."""
    sizes = tuple(row[f"size_{axis}"] for axis in "ijk")
    return None if row["affine"] is None or None in sizes else (sizes, row["affine"])


def place_in_file(file: Path) -> Place | None:
    """The grid of a file of labels, by its header; ``None`` where it cannot be read."""
    try:
        with file.open("rb") as opened:
            kind = sniff(opened.read(HEAD_BYTES), file.name)
        if kind is None or kind == "dicom":
            return None
        grid: Grid = by_format(kind).read_header(file).grid
    except (Scan2TrainError, OSError):
        return None
    return grid.shape, grid.affine.ravel().tolist()


def on_one_grid(a: Place | None, b: Place | None) -> bool:
    """Whether both are known and the same."""
    if a is None or b is None or a[0] != b[0]:
        return False
    return bool(np.abs(np.subtract(a[1], b[1])).max() <= _SAME_GRID_MM)


def of_one_scan(rows: Sequence[Row], files: Sequence[PurePosixPath], hits: Sequence[int]) -> bool:
    """Whether all are points or channels of one scan, whose labels are theirs in common."""
    if len(hits) > 1 and any(rows[at]["format"] == "dicom" for at in hits):
        return False
    return len({(files[at].parent, CHANNEL.sub("", stem(files[at].name))) for at in hits}) <= 1


def in_the_same_folders(label: PurePosixPath, images: Mapping[int, PurePosixPath]) -> list[int]:
    """Those of ``images`` whose folders are the labels' own; all paths are below what was given.

    Folders that mean no more than "images" or "labels" do not count. Where none has the very same folders, those
    will do that one path has at the end of the other.
    """
    own = _folders(label)
    theirs = {at: _folders(path) for at, path in images.items()}
    same = [at for at, folders in theirs.items() if folders == own]
    if same or not own:
        return same
    return [at for at, folders in theirs.items() if folders and _ends_alike(own, folders)]


def _ends_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shared = min(len(one), len(other))
    return one[-shared:] == other[-shared:]


def _folders(path: PurePosixPath) -> tuple[str, ...]:
    folders = (part.lower() for part in path.parent.parts)
    return tuple(part for part in folders if image_folder(part) is None and label_folder(part) is None)
