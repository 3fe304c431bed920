"""``scan2train demo``: a small messy hospital, checked and prepared in one go."""

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
    """Make a small messy hospital, check it, and prepare what is fit.

    The scans are phantoms of several kinds, with the headers of four vendors and a fault of nearly every rule. A report
    of what was found, and a picture of a volume before and after, are left beside the prepared set.
    """
    from scan2train.demo import run_demo

    run_demo(out, jobs=jobs, echo=typer.echo)
