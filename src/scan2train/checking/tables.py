"""The tables that rules can name."""

from __future__ import annotations

from collections.abc import Container

import polars as pl

from scan2train.checking.splits.folders import by_folders
from scan2train.index import Index


def tables(
    index: Index, wanted: Container[str], splits: pl.DataFrame | None = None
) -> dict[str, pl.DataFrame]:
    """The tables of an index by the names that rules use, ``files`` and ``splits`` among them if they are wanted.

    ``splits`` are those that somebody has named; if not given, those that folders show.
    """
    found = {
        "volumes": index.volumes,
        "instances": index.instances,
        "frames": index.frames,
        "skipped": index.skipped,
    }
    if "files" in wanted:
        names = ("source", "path", "format", "data_files")
        found["files"] = pl.concat(
            [index.instances.select(names), index.skipped.select("source", "path")], how="diagonal"
        )
    if "splits" in wanted:
        found["splits"] = by_folders(index.volumes) if splits is None else splits
    if "identifying" in wanted:
        from scan2train.checking.identifying import identifying

        found["identifying"] = identifying(index)
    return found
