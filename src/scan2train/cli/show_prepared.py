"""What a run of ``prepare`` made, or would make, on stdout."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import typer

from scan2train.cli.show_table import print_table
from scan2train.finding import Severity
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from scan2train.prepare import Prepared

#: So many reasons are told why cases are not fit for the recipe's task.
_REASONS = 5


def print_result(made: Prepared) -> None:
    """How many cases are there, with how many labels, and what went wrong with the others."""
    done = made.cases.filter(made.cases["state"] == "done")
    labelled = (done["labels_sha256"].fill_null("") != "").sum()
    typer.echo(f"{made.n_done} cases in {shown(made.out)}, {labelled} of them with labels")
    if made.laid_out:
        typer.echo(f"  {shown(made.laid_out)}")
    failed = made.cases.filter(made.cases["state"] == "failed")
    for error, cases in failed.group_by("error", maintain_order=True).agg("case").iter_rows():
        some = ", ".join(cases[:3]) + (", …" if len(cases) > 3 else "")
        typer.echo(f"  {len(cases)} failed ({shown(some)}): {shown(error)}")
    for sentence in filter(None, (made.split, made.fitted)):
        typer.echo(f"  {shown(sentence)}")
    _print_unfit(made)
    _print_left_out(made)
    _print_findings(made)


def print_plan(planned: Prepared) -> None:
    """A row a case: its grid before and after, and what all of them will take."""
    rows = [
        (
            row["case"],
            _grid(row, "source_"),
            _grid(row, "") if row["size_i"] is not None else "follows from the data",
            row["error"] or row["state"],
        )
        for row in planned.cases.iter_rows(named=True)
    ]
    print_table(("case", "before", "after", "state"), rows)
    typer.echo(f"\n{planned.cases.height} cases, {planned.n_bytes / 1e6:.1f} MB of voxels before compression")
    if planned.cases["size_i"].null_count():
        typer.echo("  where the size follows from the data, that of the source is counted")
    if planned.split:
        typer.echo(f"  {shown(planned.split)}")
    _print_unfit(planned)
    _print_left_out(planned)


def _print_unfit(made: Prepared) -> None:
    for sentence in made.unfit[:_REASONS]:
        typer.echo(f"  {shown(sentence)}; choose with --where or --choices")
    if len(made.unfit) > _REASONS:
        typer.echo(f"  and {len(made.unfit) - _REASONS} more reasons of the kind")


def _print_left_out(made: Prepared) -> None:
    counts = made.skipped.group_by("reason").len().sort("len", "reason", descending=[True, False])
    for reason, number in counts.iter_rows():
        typer.echo(f"  {number} left out: {shown(reason)}")


def _print_findings(made: Prepared) -> None:
    """Each code that warns of cases, or is an error of them, with how many there are; errors first."""
    worst: dict[tuple[str, str], Severity] = {}
    cases: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for one in made.findings:
        rule, severity, where = (one["code"], one["name"]), Severity(one["severity"]), one["where"]
        if severity is Severity.INFO or "volume" not in where:
            continue  # files that gave no volume are among those left out
        worst[rule] = max(severity, worst.get(rule, severity), key=lambda s: s.rank)
        cases[rule].add((where.get("path", ""), where["volume"]))
    for rule in sorted(worst, key=lambda rule: (-worst[rule].rank, rule)):
        n = len(cases[rule])
        typer.echo(f"  {n} {'case' if n == 1 else 'cases'} with {' '.join(rule)} ({worst[rule]})")
    if worst:
        typer.echo("  findings.json says where, and what to do")


def _grid(row: dict[str, Any], before: str) -> str:
    size = "×".join(str(row[f"{before}size_{axis}"]) for axis in "ijk")
    spacing = "×".join(f"{row[f'{before}spacing_{axis}_mm'] or 0:.3g}" for axis in "ijk")
    return f"{size}, {spacing} mm, {row[f'{before}orientation'] or '?'}"
