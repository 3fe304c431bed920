"""A table on stdout: fitted to a terminal, whole in a file or a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO

import typer

from scan2train.reports.escape import shown

#: Columns of a file or a pipe, which have no edge to wrap at.
_NO_EDGE = 10_000


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print ``rows`` below ``headings``, one line a row, every cell escaped."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    console = Console()
    if console.is_terminal:
        console.print(table)
        return
    whole = StringIO()
    Console(file=whole, width=_NO_EDGE).print(table)
    for line in whole.getvalue().splitlines():
        typer.echo(line.rstrip())
