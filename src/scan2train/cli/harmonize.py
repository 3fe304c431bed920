"""``scan2train harmonize``: kernels, histograms and sites made alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scan2train.cli.manners import complain, guarded, progress_bar
from scan2train.cli.options import Format, Irregular, Printed, Sources, ValuesIn, check_reading
from scan2train.cli.words import numbered
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scan2train.errors import Scan2TrainError

_HELP = "Make kernels, histograms or sites alike: smooth, histogram, combat."

Out = Annotated[
    Path,
    typer.Option(
        "--out",
        "-o",
        metavar="DIR",
        help="The folder for the new scans, each with an account.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    from scan2train.cli import harmonize_combat

    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("smooth", epilog="Example: scan2train harmonize smooth sharp/ --to soft/ -o alike/")(
        guarded(smooth)
    )
    group.command(
        "histogram", epilog="Example: scan2train harmonize histogram mr/ --to mr/case1.nii.gz -o alike/"
    )(guarded(histogram))
    harmonize_combat.register(group)
    app.add_typer(group, name="harmonize", help=_HELP)


def smooth(
    sources: Sources,
    out: Out,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="REF|SIGMA",
            help="Scans of the reference, whose median is taken; or the sigma of edges in mm.",
            show_default=False,
        ),
    ],
    unit: ValuesIn = None,
    irregular: Irregular = "refuse",
    format: Printed = Format.TEXT,  # noqa: A002
) -> None:
    """Smooth CT within its slices until it is as sharp as a reference; nothing is sharpened.

    How sharp a scan is comes from its edges between air or lung and tissue: the sigma, in mm, of the Gaussian that
    blurs them. effect.png shows edges, modulation transfer and noise power before and after.
    """
    check_reading(irregular, None)
    from scan2train.tools.harmonize.effect import draw_smoothed
    from scan2train.tools.harmonize.smooth import harmonize_smooth

    with progress_bar("smoothing") as progress:
        target, scans = harmonize_smooth(
            *sources, out=out, to=_number(to), irregular=irregular, unit=unit, progress=progress
        )
    if any(one.before is not None for one in scans):
        draw_smoothed(target, scans, out / "effect.png")
    rows: list[dict[str, Any]] = [
        {
            "scan": one.name,
            "sigma_before_mm": None if one.before is None else round(one.before.sigma_mm, 4),
            "sigma_after_mm": None if one.after is None else round(one.after.sigma_mm, 4),
            "f50_before": None if one.before is None else round(one.before.f50, 4),
            "f50_after": None if one.after is None else round(one.after.f50, 4),
            "noise_before_hu": None if one.noise_before is None else round(one.noise_before.deviation_hu, 2),
            "noise_after_hu": None if one.noise_after is None else round(one.noise_after.deviation_hu, 2),
            "noise_frequency_before": None
            if one.noise_before is None
            else round(one.noise_before.mean_frequency, 4),
            "noise_frequency_after": None
            if one.noise_after is None
            else round(one.noise_after.mean_frequency, 4),
            "smoothed_by_mm": None if one.added_mm is None else round(one.added_mm, 4),
        }
        for one in scans
    ]
    _tell({"target_mm": target, "scans": rows}, f"target: edges of sigma {target:.3f} mm", rows, format)
    for one in scans:
        if one.added_mm == 0:
            typer.echo(f"{shown(one.name)} is as smooth already, and stays as it is", err=True)
    _end([(one.name, one.error) for one in scans])


def histogram(
    sources: Sources,
    out: Out,
    to: Annotated[
        list[Path],
        typer.Option(
            "--to", metavar="REF", help="A scan of the reference; repeat it, or give a folder, for several.",
            show_default=False,
        ),
    ],
    over: Annotated[
        str, typer.Option(metavar="WORD", help="foreground (above Otsu's threshold) or volume.")
    ] = "foreground",
    irregular: Irregular = "refuse",
    format: Printed = Format.TEXT,  # noqa: A002
) -> None:  # fmt: skip
    """Bring histograms onto that of a reference, by landmarks (percentiles), piece by piece.

    For images without a scale of their own, such as MR. The step that is printed goes into a recipe as it stands. In
    effect.png are the histograms before and after.
    """
    check_reading(irregular, None)
    from scan2train.cli.options import offered
    from scan2train.recipe import Recipe
    from scan2train.tools.harmonize.effect import draw_matched
    from scan2train.tools.harmonize.histogram import harmonize_histogram

    offered("--over", over, here=("foreground", "volume"))
    chosen: Any = over
    with progress_bar("matching") as progress:
        step, scans = harmonize_histogram(
            *sources, out=out, to=to, over=chosen, irregular=irregular, progress=progress
        )
    if any(one.before is not None for one in scans):
        draw_matched(scans, step.reference, out / "effect.png")
    rows = [
        {
            "scan": one.name,
            "off_before_percent": None if one.off_before is None else round(100 * one.off_before, 2),
            "off_after_percent": None if one.off_after is None else round(100 * one.off_after, 2),
        }
        for one in scans
    ]
    head = Recipe(steps=(step,)).to_toml().split("\n\n", 1)[-1].strip()
    _tell({"step": step.to_json(), "scans": rows}, head, rows, format)
    calibrated = [one.name for one in scans if one.unit == "HU"]
    if calibrated:
        some = ", ".join(calibrated[:3]) + (", …" if len(calibrated) > 3 else "")
        typer.echo(
            f"warning: {numbered(len(calibrated), 'scan')} in HU ({shown(some)}): what was written holds HU no more. "
            "For CT see `harmonize smooth`, which keeps them.",
            err=True,
        )
    _end([(one.name, one.error) for one in scans])


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _tell(whole: dict[str, Any], head: str, rows: Sequence[dict[str, Any]], form: Format) -> None:
    from scan2train.cli.show_table import print_table

    if form is Format.JSON:
        typer.echo(json.dumps(whole, indent=1))
        return
    typer.echo(f"{head}\n")
    cells = [["–" if value is None else str(value) for value in row.values()] for row in rows]
    print_table(tuple(name.replace("_", " ") for name in rows[0]), cells, may_be_cut=("scan",))


def _end(results: Sequence[tuple[str, Scan2TrainError | None]]) -> None:
    """Say what failed, and leave with 1 if anything, with 2 if everything did."""
    failed = [(name, error) for name, error in results if error is not None]
    for name, error in failed:
        complain(f"{name}: {error}")
    if failed:
        raise typer.Exit(1 if len(failed) < len(results) else 2)
