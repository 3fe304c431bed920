"""``scan2train demo``: a small messy hospital, indexed and prepared in one go."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import guarded
from scan2train.cli.options import Jobs


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("demo", epilog="Example: scan2train demo -o walk")(guarded(demo))


def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="A folder for everything that the demo makes.")
    ] = Path("scan2train-demo"),
    jobs: Jobs = None,
) -> None:
    """Make a small messy hospital, index it, and prepare it.

    The scans are a chest CT phantom, written as several DICOM series in a wild order. Pictures of the volume before
    and after are saved beside the prepared set.
    """
    from scan2train.demo import run_demo

    run_demo(out, jobs=jobs, echo=typer.echo)
