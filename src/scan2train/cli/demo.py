"""``scan2train demo``: a small messy hospital, indexed and prepared in one go."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import guarded


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("demo")(guarded(demo))


def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="A folder for everything that the demo makes.")
    ] = Path("scan2train-demo"),
) -> None:
    """Write a chest CT phantom as a messy folder of DICOM files, index it, prepare it, and picture the result."""
    from scan2train.demo import run_demo

    run_demo(out)
