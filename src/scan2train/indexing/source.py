"""One source, from its tree to its tables; what a cached index knows already is not read again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from scan2train.formats.dicom.header_table import Columns, assemble, empty
from scan2train.indexing.dicom_part import Part, read_dicom_files
from scan2train.indexing.other_part import read_other_file
from scan2train.indexing.tree import Tree
from scan2train.tables import FRAMES, INSTANCES, SKIPPED, VOLUMES

#: Files that are read in one go: bounds the memory that the walk's arrays take.
_BATCH = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The tables of one source, before its DICOM images are stacked.

    ``others`` are the volumes of files that are not DICOM.
    """

    instances: pl.DataFrame
    frames: pl.DataFrame
    skipped: pl.DataFrame
    others: pl.DataFrame


def read_tree(tree: Tree, *, salt: bytes, jobs: int, progress: Callable[[int], None] | None) -> Found:
    """Read the headers of every file of a tree."""
    parts = []
    for first in range(0, len(tree.paths), _BATCH):
        batch = slice(first, first + _BATCH)
        part = read_dicom_files(
            tree.root,
            tree.paths[batch],
            tree.sizes[batch],
            tree.mtimes[batch],
            salt=salt,
            jobs=jobs,
            progress=progress,
        )
        parts.append(_tables(tree, first, part))
    if tree.passed or not parts:
        parts.append(_passed(tree))
    return join(parts) if len(parts) > 1 else parts[0]


def join(parts: list[Found]) -> Found:
    """One after the other; the frames count instances from the first part on."""
    frames, base = [], 0
    for part in parts:
        frames.append(part.frames.with_columns(pl.col("instance") + base))
        base += part.instances.height
    return Found(
        instances=pl.concat([part.instances for part in parts]),
        frames=pl.concat(frames),
        skipped=pl.concat([part.skipped for part in parts]),
        others=pl.concat([part.others for part in parts]),
    )


def _file(tree: Tree, at: int) -> dict[str, Any]:
    known = tree.sizes[at] >= 0
    size, mtime = (int(tree.sizes[at]), int(tree.mtimes[at])) if known else (None, None)
    return {"source": tree.root, "path": tree.paths[at], "size": size, "mtime_ns": mtime}


def _tables(tree: Tree, first: int, part: Part) -> Found:
    """Rows in order of their paths, whatever their format."""
    rows, volumes, refused = [], [], dict(part.refused)
    places = []
    for at in part.foreign:
        other = read_other_file(_file(tree, first + at))
        if isinstance(other, tuple):
            rows.append(other[0])
            volumes.extend(other[1])
            places.append(at)
        else:
            refused[at] = other
    instances, frames = _dicom_rows(tree, first, part), part.frames
    if rows:
        instances = pl.concat([instances, INSTANCES.frame(rows)])
        order = np.argsort(np.concatenate((part.rows, places)), kind="stable")
        instances = instances[order]
        if frames is not None:
            now = np.empty(len(order), dtype=np.int64)
            now[order] = np.arange(len(order))
            frames = frames.with_columns(pl.Series("instance", now[frames["instance"].to_numpy()]))
    skipped = [
        {**_file(tree, first + at), "reason": why.reason, "code": why.code, "message": why.message}
        for at, why in sorted(refused.items())
    ]
    return Found(
        instances=instances,
        frames=empty(FRAMES) if frames is None else frames,
        skipped=SKIPPED.frame(skipped) if skipped else empty(SKIPPED),
        others=VOLUMES.frame(volumes) if volumes else empty(VOLUMES),
    )


def _dicom_rows(tree: Tree, first: int, part: Part) -> pl.DataFrame:
    n = len(part.rows)
    if n == 0:
        return empty(INSTANCES)
    everything = n == len(tree.paths)
    rows = [] if everything else (part.rows + first).tolist()
    columns: Columns = {
        "source": tree.root,
        "format": "dicom",
        "content_id": None,
        "data_files": None,
        **part.header,
    }
    columns["path"] = pl.Series(tree.paths if everything else [tree.paths[row] for row in rows])
    columns["size"] = pl.Series(tree.sizes if everything else tree.sizes[rows])
    columns["mtime_ns"] = pl.Series(tree.mtimes if everything else tree.mtimes[rows])
    return assemble(INSTANCES, columns, n)


def _passed(tree: Tree) -> Found:
    rows = [
        {
            "source": tree.root,
            "path": path,
            "size": size,
            "mtime_ns": mtime,
            "reason": reason,
            "code": None,
            "message": message,
        }
        for path, size, mtime, reason, message in tree.passed
    ]
    return Found(
        instances=empty(INSTANCES), frames=empty(FRAMES), skipped=SKIPPED.frame(rows), others=empty(VOLUMES)
    )
