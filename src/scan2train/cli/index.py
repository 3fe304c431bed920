"""``scan2train index``: read every header once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import guarded, progress_bar
from scan2train.cli.options import Format, Jobs, NoCache, Salt, Sources


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("index")(guarded(index))


def index(
    sources: Sources,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="Leave instances.parquet, volumes.parquet and skipped.parquet here.",
        ),
    ] = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    salt: Salt = None,
    format: Annotated[Format, typer.Option("--format", help="How the result is printed.")] = Format.TEXT,  # noqa: A002
) -> None:
    """Read every header once, and list the volumes that were found.

    Files are told by content, not by name. Links that lead out of a source are not followed, and nothing is
    written below a source. A second run reads only what changed.
    """
    from scan2train.cli.show_index import print_json, print_text
    from scan2train.index import index as run

    with progress_bar("indexing") as progress:
        found = run(*sources, jobs=jobs, cache=not no_cache, salt=salt, progress=progress)
    if out is not None:
        found.save(out)
    if format is Format.JSON:
        print_json(found, sources)
    else:
        print_text(found)
