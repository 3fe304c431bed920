"""The tables that rules can name."""

from __future__ import annotations

from collections.abc import Container

import polars as pl

from scan2train.index import Index


def tables(index: Index, wanted: Container[str]) -> dict[str, pl.DataFrame]:
    """The tables of an index by the names that rules use, ``files`` among them if it is wanted."""
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
    if "identifying" in wanted:
        from scan2train.checking.identifying import identifying

        found["identifying"] = identifying(index)
    return found
