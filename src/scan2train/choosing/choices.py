"""The choice of scans for a task, as a table that a person can edit and ``prepare --choices`` reads."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.choosing.preferences import PREFERENCES
from scan2train.choosing.unfit import OF_THE_TASK, unfit
from scan2train.choosing.wrong_in_itself import wrong_in_itself
from scan2train.errors import OutputDamaged
from scan2train.finding import Finding, Severity
from scan2train.knowledge.file_names import natural_key
from scan2train.knowledge.mammography_views import side_of, view_of
from scan2train.pairing import masks_of
from scan2train.task import Task

if TYPE_CHECKING:
    import polars as pl

    from scan2train.index import Index

Row = Mapping[str, Any]
_FORMULA = r"^[=+\-@\t\r]"
#: What a volume is, in a table of choices.
ABOUT = ("study_uid", "series_uid", "modality", "description", "path")


def choices(index: Index, task: Task, findings: Iterable[Finding]) -> pl.DataFrame:
    """Which volumes to take for a task, each with the reason.

    A volume is fit if its header does not speak against it and nothing is found in it, or in its mask, that is an
    error or that the task calls fatal. Of the fit volumes of a study one is taken, or one of each kind that the task
    names in ``one_for_each``: the best by ``prefer``, then the one with the fewest warnings. What is no part of a study
    (other formats than DICOM) stands for itself.

    Parameters
    ----------
    index, task
        What is there, and what it is for.
    findings
        What :func:`scan2train.check.check` says of the index.

    Returns
    -------
    One row an image volume, by study and rank: ``volume``, ``choice`` (accept or reject), ``fit``, ``rank`` among the
    fit of its study (from 1; null for others), ``reason``, ``fatal`` (codes that make it unfit), and what it is:
    ``study_uid``, ``series_uid``, ``modality``, ``description``, ``path``.
    """
    import polars as pl

    table = index.volumes.drop(pl.selectors.starts_with("member_"), pl.selectors.starts_with("spare_"))
    rows = [row for row in table.iter_rows(named=True) if row["role"] != "labels"]
    fatal, warnings = _found(index, rows, task, findings)
    made: list[dict[str, Any]] = []
    for group in _groups(rows, task):
        fit, others = [], []
        for row in group:
            codes = fatal[row["volume"]]
            reason = unfit(row, task) or ("" if not codes else f"found in it: {' '.join(codes)}")
            (others.append((row, reason)) if reason else fit.append(row))
        fit.sort(key=lambda row: _key(row, task, warnings[row["volume"]]))
        for rank, row in enumerate(fit, start=1):
            why = _why_taken(fit, task) if rank == 1 else _why_not(fit[0], row, task)
            made.append(_line(row, why, fatal, rank))
        made.extend(_line(row, reason, fatal) for row, reason in others)
    columns = {
        "volume": pl.String,
        "choice": pl.String,
        "fit": pl.Boolean,
        "rank": pl.Int64,
        "reason": pl.String,
        "fatal": pl.String,
        **dict.fromkeys(ABOUT, pl.String),
    }
    return pl.DataFrame(made, schema=columns)


def write_choices(table: pl.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a table of choices as Parquet or, for any other suffix, as CSV.

    Headers are not to be trusted, and a spreadsheet carries out what begins with an equals sign: there such texts get
    an apostrophe in front.

    Raises
    ------
    OutputDamaged
        If the file cannot be written.
    """
    import polars as pl

    place = Path(path)
    texts = [pl.col(name) for name in (*ABOUT, "reason")]
    safe = [
        pl.when(text.str.contains(_FORMULA))
        .then(pl.concat_str(pl.lit("'"), text))
        .otherwise(text)
        .name.keep()
        for text in texts
    ]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.suffix.lower() == ".parquet":
            table.write_parquet(place)
        else:
            table.with_columns(safe).write_csv(place)
    except OSError as error:
        raise OutputDamaged("cannot write the choices", where=place, found=error.strerror or error) from error


def _line(
    row: Row, reason: str, fatal: Mapping[str, Sequence[str]], rank: int | None = None
) -> dict[str, Any]:
    return {
        "volume": row["volume"],
        "choice": "accept" if rank == 1 else "reject",
        "fit": rank is not None,
        "rank": rank,
        "reason": reason,
        "fatal": " ".join(fatal[row["volume"]]),
        **{name: row[name] for name in ABOUT},
    }


def _groups(rows: Sequence[Row], task: Task) -> list[list[Row]]:
    """The volumes of each study, apart by what the task wants one for each of; those of one study side by side."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        study = row["study_uid"] or row["volume"]
        groups.setdefault((study, *(_kind(row, name) for name in task.one_for_each)), []).append(row)
    first: dict[Any, int] = {}
    for key in groups:
        first.setdefault(key[0], len(first))
    return [groups[key] for key in sorted(groups, key=lambda key: (first[key[0]], tuple(map(str, key[1:]))))]


def _kind(row: Row, name: str) -> str:
    """What a volume is one of. A picture whose side or view is not told is not taken for another of that study."""
    if name not in ("laterality", "view"):
        return row[name] or ""
    return (side_of(row) if name == "laterality" else view_of(row)) or row["volume"]


def _found(
    index: Index, rows: Sequence[Row], task: Task, findings: Iterable[Finding]
) -> tuple[dict[str, list[str]], dict[str, int]]:
    """For each volume the codes that make it unfit, and how many warnings there are about it."""
    places: dict[str, set[str]] = defaultdict(set)
    mild: dict[str, int] = defaultdict(int)
    for one in findings:
        place = one.where.volume or (one.where.series_uid if one.scope in ("series", "volume") else None)
        if not place or one.code in OF_THE_TASK:
            continue
        if wrong_in_itself(one) or task.is_fatal(one.code):
            places[place].add(one.code)
        elif one.severity is Severity.WARNING:
            mild[place] += 1
    masks = masks_of(index.volumes)
    fatal: dict[str, list[str]] = {}
    warnings = {}
    for row in rows:
        own = row["volume"], row["series_uid"], *masks.get(row["volume"], ())
        fatal[row["volume"]] = sorted({code for place in own if place in places for code in places[place]})
        warnings[row["volume"]] = sum(mild[place] for place in own if place in mild)
    return fatal, warnings


def _key(row: Row, task: Task, warnings: int) -> tuple[Any, ...]:
    """The best first; what is equally good comes in an order that does not change from run to run."""
    wanted = (PREFERENCES[name].number(row, task) for name in task.prefer)
    return (
        *wanted,
        warnings,
        row["spacing_k_mm"] or 0.0,
        -(row["n_slices"] or 0),
        natural_key(row["path"] or ""),
        row["volume"],
    )


def _why_taken(fit: Sequence[Row], task: Task) -> str:
    best, *others = fit
    if not others:
        return (
            "the only one that is fit"
            if best["modality"]
            else "nothing speaks against it; its file tells no modality"
        )
    return f"the best of {len(fit)}: {_difference(best, others[0], task)}"


def _why_not(best: Row, row: Row, task: Task) -> str:
    name = best["description"] or best["path"] or best["volume"]
    return f"fit, but {name} was taken: {_difference(best, row, task)}"


def _difference(best: Row, other: Row, task: Task) -> str:
    """The first preference that tells two volumes apart, in words."""
    for name in task.prefer:
        preference = PREFERENCES[name]
        if preference.number(best, task) < preference.number(other, task):
            one, two = preference.told(best, task), preference.told(other, task)
            return f"{preference.better} ({one}; the other {two})" if one != two else preference.better
    return "nothing that the task prefers tells them apart; it has fewer warnings, thinner slices, or comes first"
