"""``scan2train convert``: one volume from any format to any other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import guarded
from scan2train.cli.options import Irregular, Suv, check_reading, offered
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
            help="Where to; the suffix says the format: .nii .nii.gz .mha .mhd .nrrd .npy, "
            "and .png .tif .jpg for one slice. With --format dicom: a new or empty folder.",
            show_default=False,
        ),
    ],
    irregular: Irregular = "refuse",
    suv: Suv = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="WORD",
            help="dicom: a folder of single-frame images, with new UIDs, derived from the source's.",
            show_default="what the suffix says",
        ),
    ] = None,
    modality: Annotated[
        str | None,
        typer.Option(
            metavar="WORD",
            help="With --format dicom: CT (values in HU), MR, PT, or SC (secondary capture).",
            show_default="what the source says, else its unit",
        ),
    ] = None,
) -> None:
    """Convert one volume from any format to any other.

    Values stay as measured (CT in HU), the geometry stays exact (mm), and nothing is invented.
    """
    check_reading(irregular, suv)
    from scan2train.write import OBJECTS
    from scan2train.write import convert as run

    if form is not None:
        offered("--format", form, here=OBJECTS)

    volume = run(
        source, destination, irregular=irregular, suv=suv, apart=True, format=form, modality=modality
    )
    for finding in volume.findings:
        typer.echo(f"{finding.severity} {finding.code} {finding.name}: {shown(finding.message)}", err=True)
    size = "×".join(str(count) for count in volume.grid.shape)
    moved = volume.meta.get("moved_by")
    if moved:
        typer.echo(
            f"values were moved to 16-bit steps, by at most {moved:.3g} {shown(volume.unit)}", err=True
        )
    typer.echo(
        f"{shown(destination)}: {size}, {volume.grid.orientation}, {volume.array.dtype}, {shown(volume.unit)}"
    )
