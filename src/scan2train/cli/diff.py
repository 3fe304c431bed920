"""``scan2train diff``: what differs between two prepared sets, or two images."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scan2train.cli.manners import guarded
from scan2train.cli.options import Format
from scan2train.cli.words import numbered
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from scan2train.cohort.diff import Diff
    from scan2train.cohort.diff.voxels import Apart

#: So many of the cases that differ are told point by point.
_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("diff", epilog="Example: scan2train diff ready/ again/ --tolerance 0.5")(guarded(diff))


def diff(
    first: Annotated[
        Path,
        typer.Argument(metavar="A", help="A folder that `prepare` wrote, or an image.", show_default=False),
    ],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another of the kind.", show_default=False)],
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance", min=0, metavar="X", help="Values so far apart are the same (unit of the values)."
        ),
    ] = 0.0,
    share: Annotated[
        float,
        typer.Option("--share", min=0, max=1, metavar="X", help="Share of voxels that may differ by more."),
    ] = 0.0,
    ignore_grids: Annotated[
        bool, typer.Option("--ignore-grids", help="Only what lies in the world counts, on whatever grid.")
    ] = False,
    no_voxels: Annotated[
        bool, typer.Option("--no-voxels", help="Compare accounts only: cases, sources, steps, grids.")
    ] = False,
    labels: Annotated[
        bool, typer.Option("--labels", help="The two images are masks: compare label by label.")
    ] = False,
    format: Annotated[  # noqa: A002
        Format, typer.Option("--format", help="text, or json: complete and stable.")
    ] = Format.TEXT,
) -> None:
    """Say which cases, steps, sources, grids and voxels differ; voxels are compared in world space (RAS+ mm).

    Where grids differ, B is interpolated on the grid of A. Exit 0 where the two are the same, 1 where they differ.
    """
    from scan2train.cohort.diff import diff as run

    found = run(
        first,
        second,
        tolerance=tolerance,
        share=share,
        grids=not ignore_grids,
        voxels=not no_voxels,
        labels=labels,
    )
    if format == Format.JSON:
        typer.echo(json.dumps(found.to_json(), indent=1, ensure_ascii=False))
    else:
        _print(found)
    raise typer.Exit(0 if found.same else 1)


def _print(found: Diff) -> None:
    for point in (*found.recipe, *found.versions):
        typer.echo(shown(point))
    for which, names in (("A", found.first_only), ("B", found.second_only)):
        for name in names:
            typer.echo(f"{shown(name)}: only in {which}")
    for case in found.differing[:_SHOWN]:
        typer.echo(f"{shown(case.first)}:")
        for point in case.points:
            typer.echo(f"  {shown(point)}")
        for part, apart in (("image", case.image), ("labels", case.labels)):
            if apart is not None and not apart.same(0):
                typer.echo(f"  {part}: {_told(apart)}")
    n, rest = len(found.differing), len(found.differing) - _SHOWN
    if rest > 0:
        typer.echo(f"and {rest} more cases that differ; --format json has all")
    typer.echo(_verdict(n, len(found.cases)))


def _verdict(n: int, of: int) -> str:
    if n:
        return f"{n} of {numbered(of, 'case')} {'differs' if n == of == 1 else 'differ'}"
    return f"{numbered(of, 'case')} {'is' if of == 1 else 'are'} the same"


def _told(apart: Apart) -> str:
    text = f"{apart.share:.2%} of {apart.voxels} voxels differ"
    if apart.largest is not None and apart.largest_at_mm is not None:
        place = ", ".join(f"{x:.1f}" for x in apart.largest_at_mm)
        text += f", at most by {apart.largest:.4g} at ({place}) mm, on average by {apart.mean:.4g}"
    text += (
        f"; {apart.no_number} hold no number in one and something else in the other"
        if apart.no_number
        else ""
    )
    for label, dice in (apart.dice or {}).items():
        text += f"; label {label} Dice {dice:.4f}"
    for which, number in (("A", apart.only_first), ("B", apart.only_second)):
        text += f"; {number} voxels only in {which}" if number else ""
    return text
