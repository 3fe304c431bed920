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
            help="Where to; the suffix says the format: .nii .nii.gz .mha .mhd .nrrd .npy .zarr .b2nd, "
            ".tif with a page a slice, and .png .jpg for one slice. With --format dicom: a new or empty folder.",
            show_default=False,
        ),
    ],
    irregular: Irregular = "refuse",
    suv: Suv = None,
    stack: Annotated[
        bool,
        typer.Option(
            "--stack",
            help="Write the volumes of one series that differ in time, echo, b-value or the like as one of four "
            "dimensions (.nii, .nii.gz, .npy, .zarr, .b2nd).",
        ),
    ] = False,
    grey: Annotated[
        bool,
        typer.Option("--grey", help="Write colour as luminance, 0.299 R + 0.587 G + 0.114 B, rounded."),
    ] = False,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="WORD",
            help="dicom: a folder of single-frame images, with new UIDs, derived from the source's. For masks seg, "
            "seg-labelmap, seg-fractional or rtstruct, on the images of --reference.",
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
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference",
            metavar="IMAGE",
            help="The image that a mask lies on: the DICOM series to write --format seg… or rtstruct for; or, without "
            "--format, whose grid contours, segments or a mask are read onto.",
            show_default="none",
        ),
    ] = None,
) -> None:
    """Convert one volume from any format to any other.

    Values stay as measured (CT in HU), the geometry stays exact (mm), and nothing is invented.
    """
    check_reading(irregular, suv)
    from scan2train.formats.registry import keeps_valid
    from scan2train.write import OBJECTS
    from scan2train.write import convert as run

    if form is not None:
        offered("--format", form, here=OBJECTS)

    volume = run(
        source,
        destination,
        irregular=irregular,
        suv=suv,
        stack=stack,
        grey=grey,
        format=form,
        modality=modality,
        reference=reference,
    )
    for finding in volume.findings:
        typer.echo(f"{finding.severity} {finding.code} {finding.name}: {shown(finding.message)}", err=True)
    if form is None and volume.valid is not None and not keeps_valid(destination):
        typer.echo(
            f"{volume.valid.size - int(volume.valid.sum())} voxels are no data (padding, or slices that were "
            "invented), and nothing in this file says so: .zarr, .b2nd and --format dicom keep it",
            err=True,
        )
    size = "×".join(str(count) for count in volume.grid.shape)
    points = volume.meta.get("dimension_values")
    if points is not None:
        size += f"×{len(points)} ({shown(volume.meta['dimension'])})"
    moved = volume.meta.get("moved_by")
    if moved:
        typer.echo(
            f"values were moved to 16-bit steps, by at most {moved:.3g} {shown(volume.unit)}", err=True
        )
    typer.echo(
        f"{shown(destination)}: {size}, {volume.grid.orientation}, {volume.array.dtype}, {shown(volume.unit)}"
    )
