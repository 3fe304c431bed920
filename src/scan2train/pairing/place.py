"""Where a volume lies: its file, and its grid as far as that tells whose labels a mask is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from scan2train.knowledge.file_names import CHANNEL, stem

Row = Mapping[str, Any]
#: Sizes, and the affine row by row.
Place = tuple[tuple[int, ...], Sequence[float]]

#: Two grids are one where no number of their affines differs by more than this, in mm.
_SAME_GRID_MM = 1e-3


def file_of(row: Row) -> PurePosixPath:
    """The file, or the folder of the series, that a row of the volumes table stands for; absolute."""
    source = PurePosixPath(row["source"])
    file = source if row["path"] in ("", ".", None) else source / row["path"]
    return file.parent if row["format"] == "zarr" else file


def place_of(row: Row) -> Place | None:
    """The grid of a row of the volumes table; ``None`` where it has none."""
    sizes = tuple(row[f"size_{axis}"] for axis in "ijk")
    return None if row["affine"] is None or None in sizes else (sizes, row["affine"])


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
