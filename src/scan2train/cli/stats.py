"""``scan2train stats``: numbers of an image and its labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scan2train.cli.manners import guarded
from scan2train.cli.options import Format, Irregular, Printed, Suv, check_reading
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scan2train.measures.spread import Spread
    from scan2train.stats import Stats


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("stats", epilog="Example: scan2train stats ct.nii.gz --labels organs.nii.gz")(guarded(stats))


def stats(
    image: Annotated[
        Path,
        typer.Argument(
            metavar="IMAGE", help="One file, or one folder that holds one volume.", show_default=False
        ),
    ],
    labels: Annotated[
        Path | None,
        typer.Option("--labels", metavar="M", help="A mask on the image's grid.", show_default="none"),
    ] = None,
    irregular: Irregular = "refuse",
    suv: Suv = None,
    format: Printed = Format.TEXT,  # noqa: A002
) -> None:
    """Give mean, spread and extremes of an image (in its unit), and of each of its labels.

    Volumes are in ml, boxes and centroids in voxels (i, j, k, counted from 0) and in RAS+ mm. Padding and values that
    are not finite are left out; sd is that of all values that were looked at.
    """
    check_reading(irregular, suv)
    from scan2train.stats import stats as run

    found = run(image, labels, irregular, suv)
    if format is Format.JSON:
        typer.echo(json.dumps(found.to_json(), indent=1))
        return
    for line in _text(found):
        typer.echo(line)
    if found.labels:
        _table(found)


def _text(found: Stats) -> Iterator[str]:
    grid = found.grid
    size = "×".join(str(n) for n in grid.shape)
    spacing = "×".join(f"{step:.4g}" for step in grid.spacing)
    place = f"{spacing} mm, {grid.orientation}, {found.ml:.6g} ml" if grid.physical else "pixels"
    yield f"{size} voxels, {place}; {found.valid} valid; unit {shown(found.unit)}"
    for number, spread in enumerate(found.image):
        if len(found.image) > 1:
            yield f"channel {number}"
        yield from _spread(spread, found)


def _spread(spread: Spread, found: Stats) -> Iterator[str]:
    from scan2train.measures.spread import PERCENTILES

    if spread.not_finite:
        yield f"not finite   {spread.not_finite} values, left out"
    if spread.mean is None:
        yield "no value"
        return
    yield f"mean         {spread.mean:.6g}"
    yield f"sd           {spread.sd:.6g}"
    yield f"median       {spread.median:.6g}"
    for word, value, at in (
        ("minimum", spread.minimum, spread.minimum_at),
        ("maximum", spread.maximum, spread.maximum_at),
    ):
        world = f", {_numbers(found.grid.to_world(at or ()))} mm" if found.grid.physical else ""
        yield f"{word}      {value:.6g} at {_numbers(at)}{world}"
    told = (f"{p:g} % {value:.6g}" for p, value in zip(PERCENTILES, spread.percentiles, strict=True))
    yield f"percentiles  {', '.join(told)}"
    first, second, *_ = spread.edges
    yield f"histogram    {len(spread.counts)} bins of {second - first:.6g} from {first:.6g}"
    most = max(spread.counts)
    yield "             " + "".join(" ▁▂▃▄▅▆▇█"[-(-8 * count // most)] for count in spread.counts)


def _table(found: Stats) -> None:
    from scan2train.cli.show_table import print_table

    unit = found.unit
    rows = [
        (
            one.value,
            one.name,
            one.voxels,
            "" if one.ml is None else f"{one.ml:.6g}",
            "" if one.box_voxels is None else " to ".join(_numbers(end) for end in one.box_voxels),
            "" if one.box_mm is None else " to ".join(_numbers(end) for end in one.box_mm),
            "" if one.centroid_voxels is None else _numbers(one.centroid_voxels),
            "" if one.centroid_mm is None else _numbers(one.centroid_mm),
            *(_one(one.image[0]) if one.image else ("", "", "", "")),
        )
        for one in found.labels
    ]
    typer.echo("")
    heads = ("label", "name", "voxels", "ml", "box, voxels", "box, mm", "centroid, voxels", "centroid, mm")
    print_table((*heads, f"mean, {unit}", "sd", "minimum", "maximum"), rows, may_be_cut=("name",))


def _one(spread: Spread) -> tuple[str, ...]:
    return tuple(
        "" if number is None else f"{number:.6g}"
        for number in (spread.mean, spread.sd, spread.minimum, spread.maximum)
    )


def _numbers(point: object) -> str:
    return "(" + ", ".join(f"{number:.5g}" for number in point) + ")"  # type: ignore[attr-defined]
