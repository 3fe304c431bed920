"""What a caller gives of sources and processes, made definite."""

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
