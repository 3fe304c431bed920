"""A table on stdout: fitted to a terminal, whole in a file or a pipe."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from io import StringIO

import typer

from scan2train.reports.escape import shown

#: Columns of a file or a pipe, which have no edge to wrap at.
_NO_EDGE = 10_000


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, may_be_cut: Collection[str] = ()
) -> None:
    """Print ``rows`` below ``headings``, one line a row, every cell escaped.

    Where a terminal is too narrow, the columns of ``may_be_cut`` give way first.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    cells = [[shown(cell) for cell in row] for row in rows]
    for at, heading in enumerate(headings):
        longest = max((len(row[at]) for row in cells), default=0)
        needed = None if heading in may_be_cut else max(longest, len(heading))
        table.add_column(heading, no_wrap=True, min_width=needed)
    for row in cells:
        table.add_row(*map(Text, row))
    console = Console()
    if console.is_terminal:
        console.print(table)
        return
    whole = StringIO()
    Console(file=whole, width=_NO_EDGE).print(table)
    for line in whole.getvalue().splitlines():
        typer.echo(line.rstrip())
