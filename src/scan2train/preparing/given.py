"""What a caller gives of sources and processes, made definite."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from scan2train.index import Index, index

Source = Index | str | Path | Sequence[str | Path]


def index_of(source: Source, jobs: int | None, salt: str | Path | None = None) -> Index:
    """The index itself, or that of the files and folders."""
    if isinstance(source, Index):
        return source
    return index(*([source] if isinstance(source, (str, Path)) else source), jobs=jobs, salt=salt)


def cores() -> int:
    """How many processes can work at once here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
