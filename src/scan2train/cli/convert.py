"""``scan2train convert``: one volume from any format to any other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import guarded
from scan2train.cli.options import Irregular, Suv, check_reading
from scan2train.reports.escape import shown


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("convert", epilog="Example: scan2train convert hospital/series7 series7.nii.gz")(
        guarded(convert)
    )


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
            help="Where to; the suffix says the format: .nii .nii.gz .mha .mhd .nrrd .npy .zarr .b2nd, "
            ".tif with a page a slice, and .png .jpg for one slice.",
            show_default=False,
        ),
    ],
    irregular: Irregular = "refuse",
    suv: Suv = None,
) -> None:
    """Convert one volume from any format to any other.

    Values stay as measured (CT in HU), the geometry stays exact (mm), and nothing is invented.
    """
    check_reading(irregular, suv)
    from scan2train.write import convert as run

    volume = run(source, destination, irregular=irregular, suv=suv, apart=True)
    for finding in volume.findings:
        typer.echo(f"{finding.severity} {finding.code} {finding.name}: {shown(finding.message)}", err=True)
    size = "×".join(str(count) for count in volume.grid.shape)
    typer.echo(
        f"{shown(destination)}: {size}, {volume.grid.orientation}, {volume.array.dtype}, {shown(volume.unit)}"
    )
