"""``scan2train index``: read every header once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import guarded, progress_bar
from scan2train.cli.options import Format, NoCache, Printed, Salt, Sources


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("index", epilog="Example: scan2train index hospital/ -o index/")(guarded(index))


def index(
    sources: Sources,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="Leave the tables here: instances, frames, volumes and skipped, each .parquet. The folder can then "
            "stand for SRC.",
            show_default="none",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            metavar="N",
            help="How many threads read at once.",
            show_default="all CPU cores, 8 at most",
        ),
    ] = None,
    no_cache: NoCache = False,
    salt: Salt = None,
    format: Printed = Format.TEXT,  # noqa: A002
) -> None:
    """Read every header once, and list the volumes that were found.

    Sizes are in voxels and spacings in mm, along i, j and k; axes are the directions in which these grow, such as
    LPS: to the patient's left, back and head.

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
