"""Which scans to take for a task: on stdout with the reasons, and as a table to be edited."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from scan2train.reports.escape import shown

if TYPE_CHECKING:
    import polars as pl

    from scan2train.finding import Finding
    from scan2train.index import Index
    from scan2train.task import Task

#: So many volumes that are not taken are named for each reason.
_NAMED = 3


def show_choices(
    index: Index, task: Task, findings: Sequence[Finding], out: Path | None, *, quiet: bool
) -> None:
    """Print the choice unless ``quiet``, and write it if ``out`` names a file."""
    from scan2train.choosing.choices import choices, write_choices

    table = choices(index, task, findings)
    if not quiet:
        _print(table, task)
    if out is not None:
        write_choices(table, out)
        typer.echo(f"The choice was written to {out}: edit it, and give it to prepare --choices", err=quiet)


def _print(table: pl.DataFrame, task: Task) -> None:
    taken = table.filter(table["choice"] == "accept")
    typer.echo(
        f"\nFor {task.name} ({shown(task.about)}), {taken.height} of {table.height} volumes are taken:"
    )
    for row in taken.iter_rows(named=True):
        typer.echo(f"  {_named(row)}  {shown(row['reason'])}")
    left = sorted(table.filter(table["choice"] == "reject").to_dicts(), key=lambda row: row["reason"])
    if left:
        typer.echo("not taken:")
    for reason, group in groupby(left, key=lambda row: row["reason"]):
        rows = list(group)
        typer.echo(f"  {shown(reason)}" + (f"  × {len(rows)}" if len(rows) > 1 else ""))
        for row in rows[:_NAMED]:
            typer.echo(f"    {_named(row)}")
        if len(rows) > _NAMED:
            typer.echo(f"    … and {len(rows) - _NAMED} more")


def _named(row: dict[str, str]) -> str:
    words = f" {shown(row['description'])}" if row["description"] else ""
    return f"{shown(row['path'])} [{row['volume']}]{words}"
