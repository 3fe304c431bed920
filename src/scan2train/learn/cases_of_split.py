"""The cases of one part of a split, or all cases of a prepared set."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from scan2train.errors import WrongUse
from scan2train.preparing.held_out import require_held_out
from scan2train.preparing.of_prepared import splits_of
from scan2train.preparing.ownership import SPLIT, TABLE
from scan2train.preparing.prepared import Case, prepared_cases

PARTS = ("train", "val", "test")


def cases_of_split(
    out: Path, split: str | None, fold: int | None, cases: Collection[str] | None = None
) -> list[Case]:
    """The finished cases in natural order of their names.

    Parameters
    ----------
    out
        A folder that ``prepare`` wrote.
    split
        ``"train"``, ``"val"`` or ``"test"`` of ``split.json`` in ``out``, or where there is none, of the split that the
        set was prepared with; ``None`` for all cases.
    fold
        Which fold, from 0; the first if not given. A set is prepared with one alone.
    cases
        Names of the cases to take, instead of a split.

    Raises
    ------
    WrongUse
        If there is no such split, fold or case, no case is left, or the recipe was fitted on one that is held out.
    """
    known = prepared_cases(out)
    if cases is not None and split is not None:
        raise WrongUse("cases and split both say which cases to take", advice="Give one of them.")
    names = list(known) if split is None else _names(out, split, fold)
    if cases is not None:
        names = list(cases)
    strange = [name for name in names if name not in known]
    if strange:
        raise WrongUse(
            "cases that are not among the finished ones of the set",
            where=out,
            found=f"{len(strange)}: {', '.join(strange[:3])}",
            advice="Run prepare again, to its end, or split the set anew.",
        )
    if not names and split is not None and known:
        raise WrongUse(
            f"the part {split} of the split holds no case",
            where=out / SPLIT if (out / SPLIT).exists() else out / TABLE,
            expected="at least one case",
            found="none" if fold is None else f"none in fold {fold}",
            advice=f"Take another part, or make a split that has cases for {split}.",
        )
    if not names:
        raise WrongUse("there is no case to train on", where=out, expected="at least one finished case")
    wanted = set(names)
    return [case for name, case in known.items() if name in wanted]


def _names(out: Path, split: str, fold: int | None) -> list[str]:
    if split not in PARTS:
        raise WrongUse("split", expected=" or ".join(PARTS), found=repr(split))
    path = out / SPLIT
    parts = _parts(path, fold) if path.exists() else _parts_as_prepared(out, fold)
    said_by = f"fold {fold or 0} of {SPLIT}" if path.exists() else f"the column split of {TABLE}"
    require_held_out(out, {case: part for case, part in parts.items() if part != "train"}, said_by)
    return [case for case, part in parts.items() if part == split]


def _parts(path: Path, fold: int | None) -> dict[str, str]:
    """Case to part, in one fold of ``split.json``."""
    chosen = fold or 0
    try:
        told: dict[str, Any] = json.loads(path.read_bytes())
        folds, test = told["folds"] or [{}], told.get("test", ())
        lists = {"test": test, **folds[chosen]} if 0 <= chosen < len(folds) else None
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise WrongUse("the split cannot be read", where=path, found=error) from error
    if lists is None:
        raise WrongUse("there is no such fold", where=path, expected=f"0 to {len(folds) - 1}", found=fold)
    return {str(case): part for part in PARTS for case in lists.get(part, ())}


def _parts_as_prepared(out: Path, fold: int | None) -> dict[str, str]:
    """The column ``split`` of the cases table, which holds one fold alone."""
    column = splits_of(out)
    if fold is not None and any(column.values()):
        raise WrongUse(
            "the set was prepared with one split, or one fold of it, and has no other",
            where=out / TABLE,
            expected="no fold",
            found=f"fold {fold}",
            advice="Leave out fold: the parts are then those that the set was prepared with, in the column split.",
        )
    if not any(column.values()):
        raise WrongUse(
            "the set has no split" if fold is None else "the set has no split of folds",
            where=out / SPLIT,
            advice="Make one first: scan2train split OUT",
        )
    return column
