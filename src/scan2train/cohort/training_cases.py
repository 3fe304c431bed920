"""Which cases of a set are trained on, where anything says so."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scan2train.checking.splits.said import read_split
from scan2train.errors import WrongUse
from scan2train.knowledge.split_names import TEST, TRAIN, VAL
from scan2train.preparing.held_out import require_held_out
from scan2train.preparing.ownership import SPLIT, TABLE

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """The names of the cases that are trained on, and in words who says so."""

    names: frozenset[str]
    said_by: str


def training_cases(
    table: pl.DataFrame, out: Path | None, split: str | os.PathLike[str] | None = None
) -> Training:
    """The training cases of a cases table: of ``split``, else of ``split.json`` in ``out``, else of its own column.

    Of several folds all cases count that are trained on in one of them. Where nothing says who is who, all count.

    Raises
    ------
    WrongUse
        If the split cannot be read, trains on no case of the set, or holds out one that the recipe was fitted on.
    """
    every = frozenset(table["case"])
    own = None if out is None else out / SPLIT
    path = Path(split) if split is not None else own if own is not None and own.is_file() else None
    if path is not None:
        found, held_out = _of_file(path, every)
        if out is not None:
            require_held_out(out, held_out, path.name)
        return found
    column = dict(table.select("case", "split").iter_rows())
    if any(column.values()):
        names = frozenset(case for case, part in column.items() if part == TRAIN)
        if out is not None:
            held_out = {case: part for case, part in column.items() if part in (VAL, TEST)}
            require_held_out(out, held_out, f"the column split of {TABLE}")
        if names:
            return Training(names=names, said_by=f"column split: {len(names)} of {len(every)} cases")
    return Training(names=every, said_by=f"all {len(every)} cases: no split is known")


def _of_file(path: Path, every: Collection[str]) -> tuple[Training, dict[str, str]]:
    """The training cases, and the part of those that are trained on in no fold."""
    said = read_split(path)
    tested = {one.case for one in said if one.split == TEST}
    names = frozenset({one.case for one in said if one.split == TRAIN} - tested).intersection(every)
    if not names:
        raise WrongUse(
            "the split trains on no case of this set",
            where=path,
            expected=f"names such as {', '.join(sorted(every)[:3])}",
            found=", ".join(sorted({one.case for one in said})[:3]),
        )
    held_out = {one.case: one.split for one in said if one.case not in names and one.split != TRAIN}
    held_out |= dict.fromkeys(tested, TEST)
    return Training(names=names, said_by=f"{path.name}: {len(names)} of {len(every)} cases"), held_out
