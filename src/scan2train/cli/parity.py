"""``scan2train parity``: where other readers return something else than what was scanned."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import guarded, progress_bar
from scan2train.cli.options import Format, NoCache, Printed, Salt, Sources
from scan2train.cli.put import put

_COLOURS = {"error": "red", "warning": "yellow"}


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("parity", epilog="Example: scan2train parity hospital/ --readers simpleitk,loaders.py:load")(
        guarded(parity)
    )


def parity(
    sources: Sources,
    readers: Annotated[
        str,
        typer.Option(
            "--readers",
            metavar="NAMES",
            help="simpleitk, monai, monai-itk, monai-pydicom, torchio, nibabel; or a loader of your own, "
            "module:function or file.py:function: load(path) gives (array, affine), (i, j, k) and RAS+ mm.",
            show_default="simpleitk,monai,torchio,nibabel, those that are installed",
        ),
    ] = "",
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            metavar="N",
            help="How many processes work at once; each holds a volume twice.",
        ),
    ] = 2,
    limit: Annotated[
        float,
        typer.Option("--limit", min=0.1, metavar="S", help="Seconds after which a reader is taken to hang."),
    ] = 300.0,
    format: Printed = Format.TEXT,  # noqa: A002
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write the result here.", show_default="stdout"),
    ] = None,
    no_cache: NoCache = False,
    salt: Salt = None,
) -> None:
    """Read every volume with other readers, and say how they differ from the truth: by mm, by values, and why.

    Exit code 1 where anything differs.
    """
    from scan2train.cli.found import found_in, require_outside, tell_empty
    from scan2train.cli.words import words
    from scan2train.cohort.parity import parity as run
    from scan2train.cohort.parity.known import readers_named
    from scan2train.reports.parity import parity_as_json, parity_as_text

    require_outside(sources, out)
    names = readers_named(words(readers))
    with progress_bar("indexing") as progress:
        found, without = found_in(sources, jobs=None, cache=not no_cache, salt=salt, progress=progress)
    with progress_bar("reading") as progress:
        rows = run(found, names, jobs=jobs, limit_s=limit, progress=progress)
    if format is Format.JSON:
        text = parity_as_json(sources, rows) + "\n"
    else:
        lines = list(parity_as_text(rows, max(60, min(shutil.get_terminal_size((100, 40)).columns, 120))))
        text = "".join(f"{line}\n" for line, _ in lines)
    if out is not None or format is Format.JSON:
        put(text, out)
    else:
        for line, style in lines:
            typer.secho(line, fg=_COLOURS.get(style), bold=style in _COLOURS, dim=style == "dim")
    tell_empty(without)
    raise typer.Exit(2 if without else 1 if any(row.differs for row in rows) else 0)
