"""Changes of files, one a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from scan2train.verifying.change import Change


def print_changes(changes: Sequence[Change]) -> None:
    """Each change with its case, where it is about one; then what to do, once."""
    for change in changes:
        case = f"{change.case}: " if change.case and f"/{change.case}/" not in f"/{change.path}/" else ""
        typer.echo(shown(f"{case}{change}"))
    for advice in dict.fromkeys(change.advice for change in changes if change.advice):
        typer.echo(f"  what to do: {advice}")
