"""Whether what a recipe was fitted on is kept apart from what a training validates and tests on.

Of ``fit.json`` only the names of the cases are read, which needs no recipe; :mod:`scan2train.replaying.beside` reads
all of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from scan2train.errors import OutputDamaged, WrongUse
from scan2train.preparing.ownership import FIT

#: So many cases are named.
_NAMED = 5


def require_held_out(out: Path, parts: Mapping[str, str], said_by: str) -> None:
    """Do nothing unless numbers of the set's recipe were fitted on a case that is held out.

    Parameters
    ----------
    out
        A prepared set.
    parts
        Case to ``"val"`` or ``"test"``, of those that are held out.
    said_by
        Which split, and which of its folds, says so.

    Raises
    ------
    WrongUse
        If they know of such a case.
    OutputDamaged
        If what they were fitted on cannot be read.
    """
    path = out / FIT
    if not path.is_file():
        return
    try:
        told = json.loads(path.read_bytes())
        cases, fold, on_all = [str(case) for case in told["cases"]], told["fold"], bool(told["on_all"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputDamaged(
            "it cannot be read on which cases the recipe was fitted",
            where=path,
            expected="what `prepare` wrote",
            found=error,
            advice="Put the file back as it was, or run prepare again, to its end.",
        ) from error
    leaked = [f"{case} ({parts[case]})" for case in cases if case in parts]
    if not leaked:
        return
    some = ", ".join(leaked[:_NAMED]) + (", …" if len(leaked) > _NAMED else "")
    whose = "all cases" if on_all else "training cases" if fold is None else f"training cases of fold {fold}"
    raise WrongUse(
        "the recipe was fitted on cases that are held out here, so that its numbers know of them",
        where=path,
        expected=f"none that is for validation or test by {said_by}",
        found=f"{len(leaked)} of {len(cases)} ({whose} when it was prepared): {some}",
        advice="Take the split and the fold that the set was prepared with, or prepare it for these, with --split and "
        "--fold, in a folder of its own.",
    )
