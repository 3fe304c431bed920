"""What a caller gives of sources, labels and processes, made definite."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scan2train.index import Index, index

Source = Index | str | Path | Sequence[str | Path]


def index_of(source: Source, jobs: int | None, salt: str | Path | None = None) -> Index:
    """The index itself, or that of the files and folders."""
    if isinstance(source, Index):
        return source
    return index(*([source] if isinstance(source, (str, Path)) else source), jobs=jobs, salt=salt)


def places_of(source: Source) -> list[Path]:
    """The files and folders that were given; of an index, the folders that it was made of.

    A file stands in an index by the folder that it lies in, and as the only one there: the folder is not meant then.
    """
    if not isinstance(source, Index):
        return [Path(one) for one in ([source] if isinstance(source, (str, Path)) else source)]
    import polars as pl

    met = pl.concat([table.select("source", "path") for table in (source.instances, source.skipped)])
    each = met.group_by("source", maintain_order=True).agg(pl.col("path").unique().head(2))
    return [Path(root, *paths) if len(paths) == 1 else Path(root) for root, paths in each.iter_rows()]


def places_of_labels(labels: str | Path | None) -> list[Path]:
    """The folder of labels, if one was given: of a pattern, only the files that it matches are read."""
    return [] if labels in (None, "auto") or not Path(str(labels)).is_dir() else [Path(str(labels))]
