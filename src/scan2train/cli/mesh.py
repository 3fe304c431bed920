"""``scan2train mesh``: the surface of a label or a level."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import complain, guarded
from scan2train.cli.options import Format, Irregular, Printed, check_reading, offered


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("mesh", epilog="Example: scan2train mesh ct/ --level 300 --close 1.5 -o bone.stl")(
        guarded(mesh)
    )


def mesh(
    source: Annotated[
        Path,
        typer.Argument(metavar="MASK|IMAGE", help="A mask; or, with --level, an image.", show_default=False),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="FILE", help=".stl, .ply or .glb.", show_default=False),
    ],
    level: Annotated[
        float | None,
        typer.Option(
            metavar="HU", help="Of an image what is at least as bright, in its unit.", show_default="a mask"
        ),
    ] = None,
    label: Annotated[
        int | None,
        typer.Option(metavar="N", help="Of a mask this label alone.", show_default="all together"),
    ] = None,
    close: Annotated[
        float,
        typer.Option(
            metavar="MM", min=0, help="Close gaps up to twice this radius, as in thin or porous bone."
        ),
    ] = 0.0,
    fill_holes: Annotated[
        bool, typer.Option("--fill-holes", help="Fill what is shut in on all sides.")
    ] = False,
    smooth: Annotated[
        int, typer.Option(metavar="N", min=0, help="Rounds of smoothing, which does not shrink; 0 for none.")
    ] = 10,
    error: Annotated[
        float | None,
        typer.Option(
            metavar="MM",
            min=0,
            help="How far the surface may be moved to have fewer triangles; 0 keeps all.",
            show_default="a quarter of the smallest spacing",
        ),
    ] = None,
    space: Annotated[
        str, typer.Option(metavar="LPS|RAS", help="The axes of STL and PLY; 3D Slicer expects LPS.")
    ] = "LPS",
    picture: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Three views as a picture.", show_default="none")
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(
            metavar="HTML", help="One page that turns the surface, in any browser.", show_default="none"
        ),
    ] = None,
    irregular: Irregular = "refuse",
    format: Printed = Format.TEXT,  # noqa: A002
) -> None:
    """Make a surface in world millimetres: marching cubes, gaps closed on request, smoothed, with fewer triangles.

    Printed is how far smoothing and making it lighter moved the surface (Hausdorff distances, in mm), its volume, and
    whether it is watertight. STL and PLY are in mm, and say so and their axes in the header; GLB is in metres with Y
    up. Exit 1 if the surface does not close.
    """
    check_reading(irregular, None)
    offered("--space", space, here=("LPS", "RAS"))
    from scan2train.tools.mesh.mesh import mesh as run

    found = run(
        source,
        out,
        level=level,
        label=label,
        close_mm=close,
        fill_holes=fill_holes,
        smooth_rounds=smooth,
        error_mm=error,
        space=space,
        picture=picture,
        page=page,
        irregular=irregular,
    )
    if format is Format.JSON:
        typer.echo(json.dumps(found.to_json(), indent=1))
    else:
        for line in found.lines():
            typer.echo(line)
    if not found.closed.watertight:
        complain("the surface does not close", "Run it with --error 0; if it stays open, please report it.")
        raise typer.Exit(1)
