"""What a run of ``prepare`` made, on stdout."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

import typer

from scan2train.cli.words import numbered
from scan2train.finding import Severity
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from scan2train.preparing.result import Prepared

#: So many reasons are told why cases are not fit for the recipe's task.
_REASONS = 5


def print_result(made: Prepared) -> None:
    """How many cases are there, with how many labels, and what went wrong with the others."""
    done = made.cases.filter(made.cases["state"] == "done")
    labelled = (done["labels_sha256"].fill_null("") != "").sum()
    typer.echo(f"{numbered(made.n_done, 'case')} in {shown(made.out)}, {labelled} of them with labels")
    if made.laid_out:
        typer.echo(f"  {shown(made.laid_out)}")
    failed = made.cases.filter(made.cases["state"] == "failed")
    for error, cases in failed.group_by("error", maintain_order=True).agg("case").iter_rows():
        some = ", ".join(cases[:3]) + (", …" if len(cases) > 3 else "")
        typer.echo(f"  {len(cases)} failed ({shown(some)}): {shown(error)}")
    for sentence in filter(None, (made.split, made.fitted)):
        typer.echo(f"  {shown(sentence)}")
    print_unfit(made)
    print_left_out(made)
    _print_findings(made)


def print_json(made: Prepared) -> None:
    """Everything that is known of the run, or of its plan, as one object."""
    plan = {} if made.forecast is None else {"plan": made.forecast.to_json()}
    told = {
        "version": 1,
        "out": str(made.out),
        "done": made.n_done,
        "failed": made.n_failed,
        "cases": made.cases.to_dicts(),
        "skipped": made.skipped.to_dicts(),
        "unfit": list(made.unfit),
        "findings": list(made.findings),
        "split": made.split,
        "fitted": made.fitted,
        "laid_out": made.laid_out,
        **plan,
    }
    typer.echo(json.dumps(told, indent=1))


def print_unfit(made: Prepared) -> None:
    """Why cases are not fit for the recipe's task, the commonest reasons."""
    for sentence in made.unfit[:_REASONS]:
        typer.echo(f"  {shown(sentence)}; choose with --where or --choices")
    if len(made.unfit) > _REASONS:
        typer.echo(f"  and {len(made.unfit) - _REASONS} more reasons of the kind")


def print_left_out(made: Prepared) -> None:
    """What became no case, by reason."""
    counts = made.skipped.group_by("reason").len().sort("len", "reason", descending=[True, False])
    for reason, number in counts.iter_rows():
        typer.echo(f"  {number} left out: {shown(reason)}")


def _print_findings(made: Prepared) -> None:
    """Each code that warns of cases, or is an error of them, with how many there are; errors first.

    Files that gave no volume are among those left out.
    """
    worst: dict[tuple[str, str], Severity] = {}
    cases: dict[tuple[str, str], set[str]] = defaultdict(set)
    for case, findings in made.of_cases.items():
        for one in findings:
            rule, severity = (one["code"], one["name"]), Severity(one["severity"])
            if severity is not Severity.INFO:
                worst[rule] = max(severity, worst.get(rule, severity), key=lambda s: s.rank)
                cases[rule].add(case)
    for rule in sorted(worst, key=lambda rule: (-worst[rule].rank, rule)):
        n = len(cases[rule])
        typer.echo(f"  {numbered(n, 'case')} with {' '.join(rule)} ({worst[rule]})")
    if worst:
        typer.echo("  findings.json says where, and what to do")
