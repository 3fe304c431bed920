"""Which scans to take for a task: a table with the reason for each, to be edited and given to ``prepare``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from scan2train.check import check
from scan2train.choosing.choices import choices
from scan2train.finding import Finding
from scan2train.index import Index, index
from scan2train.task import Task

if TYPE_CHECKING:
    import polars as pl


def choose(
    source: Index | str | os.PathLike[str],
    task: Task | str | os.PathLike[str],
    *,
    findings: Iterable[Finding] | None = None,
    pixels: bool | None = None,
    jobs: int | None = None,
) -> pl.DataFrame:
    """Choose the best fit scan of each study for a task.

    Parameters
    ----------
    source
        An index, or a folder or file to be indexed.
    task
        A task, the name of one that comes with the package, or a TOML file.
    findings
        What ``check`` found with this task; it is run if not given, with ``pixels`` and ``jobs``.
    pixels, jobs
        As for :func:`scan2train.check.check`.

    Returns
    -------
    One row an image volume: ``volume``, ``choice`` (accept or reject), ``fit``, ``rank``, ``reason``, ``fatal``, and
    what it is. Written as CSV or Parquet it is what ``prepare(…, choices=FILE)`` reads.

    Raises
    ------
    NoImages
        If a folder holds no image at all.
    UnknownName, WrongUse
        If the task does not exist or cannot be meant.
    """
    meant = task if isinstance(task, Task) else Task.load(os.fspath(task))
    found = source if isinstance(source, Index) else index(source)
    said = check(found, meant, pixels=pixels, jobs=jobs) if findings is None else findings
    return choices(found, meant, said)
