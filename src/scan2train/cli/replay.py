"""``scan2train replay``: the same bytes once more, from the sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import guarded, progress_bar
from scan2train.cli.options import Jobs, MovedSource, PreparedSet
from scan2train.cli.show_changes import print_changes
from scan2train.cli.words import numbered
from scan2train.errors import CasesFailed
from scan2train.reports.escape import shown


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("replay", epilog="Example: scan2train replay ready/ -o again/")(guarded(replay))


def replay(
    out: PreparedSet,
    to: Annotated[
        Path, typer.Option("-o", "--out", metavar="OUT2", help="The folder to write.", show_default=False)
    ],
    source: MovedSource = None,
    case: Annotated[
        list[str] | None,
        typer.Option(
            "--case", metavar="NAME", help="Only this case; may be repeated.", show_default="all of them"
        ),
    ] = None,
    jobs: Jobs = None,
) -> None:
    """Make a prepared set once more, by its accounts, and compare every file.

    What was done to each case is done again, step by step; the recipe is not asked. Exit 0 where every file is the
    same to the byte, 1 where one differs or a source is not what it was.
    """
    from scan2train.replay import replay as run

    with progress_bar("replaying") as progress:
        made = run(out, to, source=source, cases=case, jobs=jobs, progress=progress)
    for name, error in made.failed.items():
        typer.echo(f"error: {shown(name)}: {shown(error)}", err=True)
    print_changes(made.changes)
    are = "is" if made.n_same == 1 else "are"
    typer.echo(f"{numbered(made.n_same, 'case')} {are} the same to the byte, in {shown(made.prepared.out)}")
    try:
        made.raise_for_changes()
    except CasesFailed as error:
        error.found = None  # told above, with all others
        raise
