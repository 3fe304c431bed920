"""``scan2train convert``: one volume from any format to any other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import guarded
from scan2train.cli.options import Irregular, IrregularOption


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("convert")(guarded(convert))


def convert(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SRC", help="One file, or one folder that holds one volume.", show_default=False
        ),
    ],
    destination: Annotated[
        Path,
        typer.Argument(
            metavar="DST",
            help="Where to; the suffix says the format: .nii .nii.gz .mha .nrrd .npy",
            show_default=False,
        ),
    ],
    irregular: IrregularOption = Irregular.REFUSE,
) -> None:
    """Convert one volume from any format to any other.

    Values stay as measured, the geometry stays exact, and nothing is invented.
    """
    from scan2train.write import convert as run

    run(source, destination, irregular=irregular.value)
