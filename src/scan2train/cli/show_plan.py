"""What a run of ``prepare`` would make, on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from scan2train.cli.show_prepared import print_left_out, print_unfit
from scan2train.cli.show_table import print_table
from scan2train.cli.words import numbered
from scan2train.preparing.forecast import Forecast, size_told
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scan2train.preparing.result import Prepared

#: So many sentences are printed of a kind.
_SENTENCES = 12
_MINUTE, _HOUR = 60, 3600


def print_plan(planned: Prepared) -> None:
    """A row a case, and then what all of them will take, and lose."""
    forecast = planned.forecast
    assert forecast is not None
    plans = {row["case"]: row for row in forecast.cases.iter_rows(named=True)}
    print_table(
        ("case", "before", "after", "voxels", "memory", "state"),
        [_row(row, plans.get(row["case"])) for row in planned.cases.iter_rows(named=True)],
    )
    typer.echo("")
    for line in _totals(planned, forecast):
        typer.echo(line)
    _print_sentences("not enough", forecast.warnings)
    _print_sentences("detail", forecast.detail)
    _print_sentences("labels", forecast.label_losses)
    if forecast.labels and not forecast.label_losses:
        typer.echo(f"labels: all {len({one.case for one in forecast.labels})} masks keep every class")
    if planned.split:
        typer.echo(shown(planned.split))
    print_unfit(planned)
    print_left_out(planned)


def _row(row: Mapping[str, Any], plan: Mapping[str, Any] | None) -> tuple[str, ...]:
    if plan is None:
        before = _grid(row, "source_") if row["source_size_i"] is not None else ""
        return row["case"], before, "", "", "", row["error"] or "its grid is not known"
    after = f"{'up to ' if plan['at_most'] else ''}{_grid(plan, '')}"
    sizes = (size_told(plan["n_bytes"]), size_told(plan["memory_bytes"]))
    return row["case"], _grid(plan, "source_"), after, *sizes, row["error"] or row["state"]


def _totals(planned: Prepared, forecast: Forecast) -> list[str]:
    several = forecast.jobs > 1
    lines = [
        f"{numbered(planned.cases.height, 'case')}, {size_told(forecast.n_bytes)} of voxels before compression",
        f"  disk    about {size_told(forecast.disk_bytes)}{_free(forecast.disk_free)}",
        f"  memory  about {size_told(forecast.memory_each)} for the largest case"
        + (f", {size_told(forecast.memory_bytes)} for {forecast.jobs} processes" if several else "")
        + _free(forecast.memory_free),
        f"  time    about {_duration(forecast.seconds)} on this machine, as busy as it is now",
    ]
    if forecast.cases["at_most"].any():
        lines.append("  where the recipe crops by what it sees, all this is the most that it can be")
    return lines


def _free(n: int | None) -> str:
    return "" if n is None else f"; {size_told(n)} are free"


def _duration(seconds: float) -> str:
    if seconds >= _HOUR:
        return f"{seconds / _HOUR:.1f} hours"
    return f"{seconds / _MINUTE:.0f} minutes" if seconds >= 2 * _MINUTE else f"{seconds:.0f} seconds"


def _print_sentences(what: str, sentences: tuple[str, ...]) -> None:
    for sentence in sentences[:_SENTENCES]:
        typer.echo(f"{what}: {shown(sentence)}")
    if len(sentences) > _SENTENCES:
        typer.echo(f"{what}: and {len(sentences) - _SENTENCES} more; --format json has all of them")


def _grid(row: Mapping[str, Any], before: str) -> str:
    size = "×".join(str(row[f"{before}size_{axis}"]) for axis in "ijk")
    spacing = "×".join(f"{row[f'{before}spacing_{axis}_mm'] or 0:.3g}" for axis in "ijk")
    return f"{size}, {spacing} mm"
