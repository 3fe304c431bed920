"""``scan2train verify``: whether a prepared set is still what was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scan2train.cli.manners import guarded
from scan2train.cli.options import Format, Jobs, PreparedSet
from scan2train.cli.show_changes import print_changes
from scan2train.cli.words import numbered
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from scan2train.verify import Verified


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("verify", epilog="Example: scan2train verify ready/ --sources")(guarded(verify))


def verify(
    out: PreparedSet,
    sources: Annotated[
        bool, typer.Option("--sources", help="Also compare the scans and masks that it was made from.")
    ] = False,
    source: Annotated[
        Path | None,
        typer.Option(
            "--source",
            metavar="DIR",
            help="Where the scans lie now, if they have moved since; --sources goes without saying.",
            show_default="where they were",
        ),
    ] = None,
    jobs: Jobs = None,
    format: Annotated[  # noqa: A002
        Format, typer.Option("--format", help="text, or json: complete and stable.")
    ] = Format.TEXT,
) -> None:
    """See whether a prepared set is still what was written; reads only.

    Every file is compared with the journal, sizes first and then SHA-256; accounts, tables and the recipe with one
    another. Exit 0 where nothing changed, 1 where something did: each change is named.
    """
    from scan2train.verify import verify as run

    found = run(out, sources=sources, source=source, jobs=jobs)
    if format == Format.JSON:
        typer.echo(json.dumps(found.to_json(), indent=1, ensure_ascii=False))
    else:
        _print(found)
    raise typer.Exit(0 if found.same else 1)


def _print(found: Verified) -> None:
    print_changes(found.changes)
    for path in found.hidden:
        typer.echo(f"note: {shown(path)} is hidden and none of the set's files; it does no harm")
    beside = f", and {numbered(found.n_sources, 'file')} of the sources" if found.n_sources else ""
    verdict = "nothing changed" if found.same else numbered(len(found.changes), "change")
    looked = f"{numbered(found.n_cases, 'case')}, {numbered(found.n_files, 'file')}{beside}"
    typer.echo(f"{verdict}: {looked}, {found.n_bytes / 1e6:.1f} MB")
