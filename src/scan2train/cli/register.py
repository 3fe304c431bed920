"""``scan2train register``: one scan brought to the place of another."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scan2train.cli.manners import complain, guarded
from scan2train.cli.options import Format, Irregular, Printed, check_reading

if TYPE_CHECKING:
    from scan2train.tools.register.linear import Told
    from scan2train.tools.register.result import Registration


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(
        "register",
        epilog="Example: scan2train register first/ second/ -o aligned/ --deformable --labels organs-of-second.nii.gz",
    )(guarded(run))


def run(
    fixed: Annotated[
        Path,
        typer.Argument(
            metavar="FIXED", help="The scan that stays: a file, or a folder of one.", show_default=False
        ),
    ],
    moving: Annotated[
        Path, typer.Argument(metavar="MOVING", help="The scan that is brought to it.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Where all is left.", show_default=False)
    ],
    rigid: Annotated[bool, typer.Option("--rigid", help="Turn and move only: no affine stage.")] = False,
    deformable: Annotated[
        bool, typer.Option("--deformable", help="After the affine stage also bend, by --method.")
    ] = False,
    method: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            help="demons (values of both mean the same), bspline (whatever they mean); auto takes demons where the "
            "scans are CT and correlate by more than 0.7 after the affine stage.",
        ),
    ] = "auto",
    labels: Annotated[
        Path | None,
        typer.Option(metavar="MASK", help="Labels of MOVING, brought to FIXED's grid.", show_default="none"),
    ] = None,
    nearest: Annotated[
        bool,
        typer.Option(
            "--nearest",
            help="Of labels take the nearest voxel; else each is interpolated by itself and the largest wins.",
        ),
    ] = False,
    fixed_labels: Annotated[
        Path | None,
        typer.Option(
            "--fixed-labels",
            metavar="MASK",
            help="Labels of FIXED: Dice before and after.",
            show_default="none",
        ),
    ] = None,
    fixed_mask: Annotated[
        Path | None,
        typer.Option(
            "--fixed-mask",
            metavar="MASK",
            help="Compare here only.",
            show_default="the patient and 8 mm around",
        ),
    ] = None,
    moving_mask: Annotated[
        Path | None,
        typer.Option("--moving-mask", metavar="MASK", help="And here, of MOVING.", show_default="all of it"),
    ] = None,
    start: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            help="Where to begin: none (as the files say), geometry (middles of the grids), moments (centres of "
            "mass), body, lungs (CT); auto tries the first four, and turns by 90° and 180°.",
        ),
    ] = "auto",
    metric: Annotated[
        str,
        typer.Option(
            metavar="WORD", help="correlation, mutual-information; auto takes correlation for two CT."
        ),
    ] = "auto",
    finest_mm: Annotated[
        float, typer.Option("--finest-mm", metavar="MM", help="Blocks of the last linear level.")
    ] = 2.0,
    control_mm: Annotated[
        float, typer.Option("--control-mm", metavar="MM", help="From control point to the next, for bspline.")
    ] = 30.0,
    smoothing: Annotated[
        float,
        typer.Option(metavar="VOXELS", help="Blur of the displacement after each round, for demons."),
    ] = 1.5,
    rounds: Annotated[int, typer.Option(metavar="N", help="At most so many at each linear level.")] = 100,
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed gives the same result.")] = 0,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            metavar="N",
            help="Threads of filters; metrics are summed by one, so that the result does not depend on it.",
            show_default="all CPU cores",
        ),
    ] = None,
    irregular: Irregular = "refuse",
    format: Printed = Format.TEXT,  # noqa: A002
) -> None:
    """Align two scans: rigid, affine and, if wanted, deformable, from coarse to fine.

    DIR gets transform.h5 (ITK's format, from points of FIXED to MOVING in LPS mm), transform-inverse.h5, moved.nii.gz
    on FIXED's grid (moved-valid.nii.gz where MOVING does not cover it), labels.nii.gz, report.json, before-after.png.

    Exit code 1, the files left to be looked at, where the scans or their labels became less alike, the deformation
    folds, they hardly overlap, or have little in common.
    """
    check_reading(irregular, None)
    from scan2train.tools.register.register import register as align

    with _bar() as progress:
        made = align(
            fixed,
            moving,
            out,
            labels=labels,
            fixed_labels=fixed_labels,
            fixed_mask=fixed_mask,
            moving_mask=moving_mask,
            irregular=irregular,
            jobs=jobs,
            progress=progress,
            rigid_only=rigid,
            deformable=deformable,
            method=method,
            start=start,
            metric=metric,
            label_sampling="nearest" if nearest else "linear",
            finest_mm=finest_mm,
            control_mm=control_mm,
            smoothing=smoothing,
            rounds=rounds,
            seed=seed,
        )
    if format is Format.JSON:
        typer.echo(json.dumps(made.report, indent=1, ensure_ascii=False))
    else:
        for line in _lines(made):
            typer.echo(line)
    for fault in made.faults:
        complain(
            f"{fault.reason}: {fault.message}", f"Look at before-after.png in {out}; do not use the rest."
        )
    if made.faults:
        raise typer.Exit(1)


def _lines(made: Registration) -> Iterator[str]:
    report = made.report
    start, metric = report["start"], report["metric"]
    turn = "" if start["turn"] == "none" else f", turned by {start['turn']}"
    yield f"start: {start['start']}{turn}"
    yield f"{metric['name']}, at {metric['held_positions']} places held back: as found {_told(metric['as_found'])}"
    for stage in report["stages"]:
        yield f"  {stage['stage']}: {_told(stage['before'])} to {_told(stage['after'])}"
    covered, at_first = metric["covered_at_end"], metric["covered_as_found"]
    yield f"the moving scan covers {covered:.0%} of what is compared, {at_first:.0%} as found"
    moved, jacobian = report["displacement_mm"], report["jacobian"]
    yield f"moved by {moved['mean']:.1f} mm on average, {moved['max']:.1f} mm at most"
    yield f"Jacobian {jacobian['min']:.3g} to {jacobian['max']:.3g}, folded {jacobian['folded_share']:.2%}"
    back = report["inverse"]
    if back["exact"]:
        yield "inverse: exact"
    else:
        yield f"inverse: off by {back['error_mm']['mean']:.2g} mm on average, {back['error_mm']['max']:.2g} mm at most"
    after = report["dice"].get("after", {})
    for label, share in after.items():
        yield f"Dice of label {label}: {report['dice']['before'][label]:.3f} to {share:.3f}"
    for note in report["notes"]:
        yield f"note: {note}"


def _told(value: float | None) -> str:
    return "no overlap" if value is None else f"{value:.4f}"


@contextmanager
def _bar() -> Iterator[Told | None]:
    """A bar for each step, with how alike the scans are, on stderr where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[alike]}"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=1.0, alike="")

        def report(name: str, share: float, alike: float) -> None:
            told = f"alike {alike:.3f}" if alike == alike else ""  # noqa: PLR0124 - NaN is not itself
            bar.update(task, description=name, completed=share, alike=told)

        yield report
