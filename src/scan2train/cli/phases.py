"""``scan2train phases``: contrast, cardiac and respiratory phases, in a table that a person can correct."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scan2train.cli.manners import complain, guarded, progress_bar
from scan2train.cli.options import FewJobs, Format, NoCache, Printed, Sources, ValuesIn
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from scan2train.tools.phases.phases import Phases


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("phases", epilog="Example: scan2train phases abdomen/ -o phases.csv")(guarded(phases))


def phases(
    sources: Sources,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="The table, outside of SRC: .csv, .parquet or .json. Write into its columns correction and "
            "cardiac_correction; the next run keeps them, and they win.",
            show_default="none",
        ),
    ] = None,
    cardiac: Annotated[
        float | None,
        typer.Option(
            "--cardiac",
            metavar="PERCENT",
            help="Mark the volume of each study nearest to this phase of the heartbeat, such as 75, and say how far "
            "it is.",
            show_default="none",
        ),
    ] = None,
    average: Annotated[
        bool,
        typer.Option(
            "--average",
            help="Write the mean of the good phases of each series, as NIfTI, to a folder called as FILE of -o without "
            "its suffix (phases, without -o): phases near --cardiac, or at rest; without phases in the headers those "
            "that show no motion.",
        ),
    ] = False,
    gating: Annotated[
        Path | None,
        typer.Option(
            "--gating",
            metavar="FILE",
            help="R peaks and breaths that were recorded (CSV): time, kind (r or breath), perhaps study_uid.",
            show_default="none",
        ),
    ] = None,
    train: Annotated[
        Path | None,
        typer.Option(
            "--train",
            metavar="TABLE",
            help="Learn from this corrected table of the same SRC, and write the classifier to --model.",
            show_default="none",
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            metavar="FILE",
            help="A classifier (JSON) to ask beside all else; with --train, where it is written.",
            show_default="none; with --train TABLE, TABLE's name with .model.json",
        ),
    ] = None,
    unit: ValuesIn = None,
    pixels: Annotated[bool, typer.Option("--pixels/--no-pixels", help="Look at the pictures, too.")] = True,
    jobs: FewJobs = 1,
    no_cache: NoCache = False,
    form: Printed = Format.TEXT,
) -> None:
    """Tell contrast phases of CT, and phases of heartbeat and breath, in order of time within each study.

    Agent, times, words and the picture are weighed: how bright aorta, liver, kidneys and bladder are. What is not
    likely enough stays empty. Exit code 1 where a volume could not be read.
    """
    from scan2train.tools.phases.phases import phases as run

    with progress_bar("looking") as progress:
        found = run(
            *sources,
            out=out,
            cardiac=cardiac,
            average_to=(out or Path("phases.csv")).with_suffix("") if average else None,
            gating=gating,
            train=train,
            model=model,
            unit=unit,
            pixels=pixels,
            jobs=jobs,
            cache=not no_cache,
            progress=progress,
        )
    if form is Format.JSON:
        typer.echo(json.dumps(_as_json(found), indent=1))
    else:
        _print(found, cardiac)
        if out is not None:
            typer.echo(f"wrote {shown(out)}")
        if train is not None:
            typer.echo(f"wrote {shown(found.model)}")
    _tell_own(found)
    if average and not found.averaged:
        near = "at rest" if cardiac is None else f"near {cardiac:g} %"
        typer.echo(f"no mean was written: no series has two good phases, {near} or without motion", err=True)
    for path, why in found.failed:
        complain(f"{path}: {why}")
    if found.failed:
        raise typer.Exit(1)


def _tell_own(found: Phases) -> None:
    """Name phases that a person named himself, among which a misspelt one would hide."""
    from scan2train.tools.phases.contrast import NAMES

    own = sorted(set(found.table["phase"].drop_nulls()) - {*NAMES, ""})
    if own:
        typer.echo(
            f"phases of your own: {', '.join(map(shown, own))}; scan2train's are {', '.join(NAMES)}", err=True
        )


def _as_json(found: Phases) -> dict[str, object]:
    from scan2train._version import __version__

    return {
        "version": 1,
        "tool": {"name": "scan2train", "version": __version__},
        "phases": found.table.to_dicts(),
        "averaged": [{"file": str(one.file), "volumes": list(one.volumes)} for one in found.averaged],
        "model": None if found.model is None else str(found.model),
        "failed": [{"path": path, "message": why} for path, why in found.failed],
    }


def _print(found: Phases, cardiac: float | None) -> None:
    from scan2train.cli.show_table import print_table

    rows = []
    for row in found.table.iter_rows(named=True):
        percent = row["cardiac_percent"]
        heart = "" if percent is None else f"{percent:g} %"
        if cardiac is not None and row["nearest"]:
            heart += f" nearest, {row['cardiac_apart']:g} % from {cardiac:g} %"
        breath = row["respiratory_percent"]
        rows.append(
            (
                row["volume"],
                row["order"] or "",
                row["description"] or row["path"],
                "" if row["phase"] is None else row["phase"] or "unknown",
                "" if row["confidence"] is None else f"{row['confidence']:.2f}",
                heart,
                "" if breath is None else f"{breath:g} %",
                {True: "moved", False: "still", None: ""}[row["moved"]],
                row["evidence"] or "",
            )
        )
    heads = ("volume", "order", "series", "phase", "confidence", "heart", "breath", "motion", "why")
    print_table(heads, rows, may_be_cut=("series", "why"))
    for one in found.averaged:
        typer.echo(f"{shown(one.file)}: mean of {len(one.volumes)} volumes")
