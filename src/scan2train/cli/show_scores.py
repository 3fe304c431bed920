"""Scores on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from scan2train.cli.show_table import print_table
from scan2train.cli.words import numbered
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scan2train.evaluating.evaluation import Evaluation
    from scan2train.evaluating.score import Score
    from scan2train.evaluating.summary import Summary

#: So many names are shown of those that are missing.
_SHOWN = 5


def print_scores(made: Evaluation, *, defined: bool) -> None:
    """One case as it is, several as their summary; then what is missing, and where it stands what numbers mean.

    That stands here where it is ``defined``: a line or two for each metric.
    """
    if len(made.pairs) == 1:
        _print_one(made.scores)
    else:
        _print_summary(made.summary)
    _print_notes(made)
    typer.echo("")
    if not defined:
        policy = "the image's diagonal" if made.wanted.empty == "worst" else "none"
        typer.echo(
            f"distances between surfaces by {made.wanted.surface}, {policy} where one mask is empty; "
            "what each number means: --definitions, -o FILE.json"
        )
        return
    for name, one in made.definitions.items():
        typer.echo(f"{name} ({one.id}, {one.unit}): {one.text}")
        typer.echo(f"    both empty: {one.both_empty}; one empty: {one.one_empty}")


def _print_one(scores: Iterable[Score]) -> None:
    rows: dict[int, dict[str, Score]] = {}
    for one in scores:
        rows.setdefault(one.label, {})[one.metric] = one
    if not rows:
        typer.echo("no label in either mask")
        return
    first = next(iter(rows.values()))
    heads = (
        "label",
        "name",
        *(metric if one.unit == "1" else f"{metric}, {one.unit}" for metric, one in first.items()),
    )
    cells = [
        (label, next(iter(row.values())).name, *(_number(row[metric].value) for metric in first))
        for label, row in rows.items()
    ]
    print_table(heads, cells, may_be_cut=("name",))


def _print_summary(summary: Iterable[Summary]) -> None:
    every = list(summary)
    known = {one.label for one in every if one.n}
    rows = [
        (
            "" if one.label is None else one.label,
            one.name,
            one.metric if one.unit == "1" else f"{one.metric}, {one.unit}",
            one.n,
            _number(one.mean),
            "–" if one.low is None else f"{_number(one.low)} to {_number(one.high)}",
            _number(one.sd),
            _number(one.median),
            _number(one.minimum),
            _number(one.maximum),
            one.null or "",
            one.missed or "",
        )
        for one in every
        if one.label in known
    ]
    heads = ("label", "name", "metric", "n", "mean", "95 % interval", "sd", "median", "least", "most")
    print_table((*heads, "no value", "missed"), rows, may_be_cut=("name",))
    for label, name in {one.label: one.name for one in every if one.label not in known}.items():
        typer.echo(f"label {label} {shown(name)}: no value in any case")


def _print_notes(made: Evaluation) -> None:
    notes: dict[str, list[str]] = {}
    for one in made.scores:
        if one.note and one.case not in notes.setdefault(one.note, []):
            notes[one.note].append(one.case)
    for note, cases in notes.items():
        typer.echo(f"note: {shown(note)}: {_some(cases)}")
    if made.missing:
        typer.echo(
            f"{numbered(len(made.missing), 'case')} without a prediction, scored as empty: {_some(made.missing)}"
        )
    for case, why in made.failed.items():
        typer.echo(f"error: {shown(case)}: {shown(why)}", err=True)
    for path in made.strange:
        typer.echo(f"{shown(path)}: belongs to no case, left out", err=True)


def _some(names: Iterable[str]) -> str:
    every = list(names)
    return shown(", ".join(every[:_SHOWN])) + (
        f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
