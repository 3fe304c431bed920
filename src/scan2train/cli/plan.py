"""``scan2train plan``: what a U-Net for a data set should look like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scan2train.cli.manners import guarded
from scan2train.cli.options import PRESETS, SetOrScans, TrainingSplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scan2train.cohort.plan import Plan


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("plan", epilog="Example: scan2train plan ready/ --memory 12")(guarded(plan))


def plan(
    where: SetOrScans,
    memory: Annotated[
        float, typer.Option("--memory", metavar="GB", help="GPU memory that training may take, in GB.")
    ] = 8.0,
    split: TrainingSplit = None,
    channels: Annotated[int, typer.Option("--channels", metavar="N", help="Of the input.")] = 1,
    classes: Annotated[
        int | None,
        typer.Option(
            "--classes",
            metavar="N",
            help="Of the output, background included.",
            show_default="from the labels",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="RECIPE.toml",
            help="Write a recipe that resamples to the target spacing, and plan for what it would make.",
            show_default="none",
        ),
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option(
            "--recipe",
            "-r",
            metavar="NAME|FILE",
            help=f"The recipe whose spacing is set with -o: a preset ({PRESETS}) or a TOML file.",
            show_default="the set's own",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the plan as JSON, to be loaded again.")
    ] = False,
) -> None:
    """Give target spacing (mm), patch (voxels), kernels, strides, features and batch, each with its reason.

    The rules are those of nnU-Net v2, worked out from the cases' grids: no voxel is read.
    """
    from scan2train.cohort.plan import plan as run
    from scan2train.cohort.planning.respaced import respaced, write_recipe
    from scan2train.errors import WrongUse

    if recipe is not None and out is None:
        raise WrongUse("--recipe is the one that -o writes with another spacing", advice="Give -o too.")
    found = run(
        where,
        memory_gb=memory,
        split=split,
        channels=channels,
        classes=classes,
        respaced=out is not None,
    )
    if out is not None:
        write_recipe(respaced(where, recipe, found), found, out)
    if as_json:
        typer.echo(json.dumps(found.to_json(), indent=1))
        return
    from scan2train.cli.show_table import print_table

    print_table(("", "plan", "why"), _rows(found), may_be_cut=("why",))
    if out is not None:
        typer.echo(f"wrote {out}: scan2train prepare SRC -r {out} -o NEW")


def _rows(found: Plan) -> Iterable[tuple[str, str, str]]:
    why = found.reasons
    yield "cases", str(found.cases), why["cases"]
    yield "axes", found.orientation, "the directions in which i, j, k grow"
    yield "target spacing, mm", _times(found.target_spacing_mm), why["target_spacing_mm"]
    yield "spacing, mm", _times(found.spacing_mm), why["spacing_mm"]
    yield "median case, voxels", _times(found.median_shape), why["median_shape"]
    yield "patch, voxels", _times(found.patch_size), why["patch_size"]
    yield "strides", " ".join(map(_times, found.strides)), why["strides"]
    yield "kernels", " ".join(map(_times, found.kernels)), why["kernels"]
    yield "features", " ".join(map(str, found.features)), why["features"]
    yield "batch", str(found.batch_size), why["batch_size"]
    yield "memory, GB", f"{found.memory_gb:g}", why["memory_gb"]
    yield (
        "channels, classes",
        f"{found.channels}, {found.classes}",
        "input channels, and labels with background",
    )


def _times(numbers: Iterable[float]) -> str:
    return "×".join(f"{number:.4g}" for number in numbers)
