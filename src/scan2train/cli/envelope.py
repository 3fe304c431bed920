"""``scan2train envelope learn`` and ``envelope test``: whether a new scan is like what a model was trained on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scan2train.cli.manners import guarded, progress_bar
from scan2train.cli.options import PreparedSet, TrainingSplit
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from scan2train.cohort.envelope.verdict import Verdict


def register(app: typer.Typer) -> None:
    """Add the two commands to ``app``."""
    group = typer.Typer(
        help="What a model was trained on, and whether a new scan is like it.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("learn", epilog="Example: scan2train envelope learn ready/ -o envelope.json")(
        guarded(learn)
    )
    group.command("test", epilog="Example: scan2train envelope test envelope.json new/series7")(
        guarded(judge)
    )
    app.add_typer(group, name="envelope")


def learn(
    out: PreparedSet,
    split: TrainingSplit = None,
    file: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Where it is written.", show_default="stdout"),
    ] = None,
) -> None:
    """Write down what the training cases look like, with tolerances that a person can edit.

    Modality, vendor, kernel class, phase, position; spacing and field of view (mm); the values that the recipe makes.
    """
    from scan2train.cohort.envelope import Envelope

    with progress_bar("looking") as progress:
        found = Envelope.learn(out, split=split, progress=progress)
    if file is None:
        typer.echo(json.dumps(found.to_json(), indent=1, ensure_ascii=False))
        return
    found.save(file)
    typer.echo(f"wrote {shown(file)}: {found.said_by}")


def judge(
    envelope: Annotated[
        Path, typer.Argument(metavar="ENVELOPE", help="What `envelope learn` wrote.", show_default=False)
    ],
    scan: Annotated[
        Path,
        typer.Argument(
            metavar="SCAN",
            help="A file, a series, or a folder of several: each is judged.",
            show_default=False,
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
) -> None:
    """Say whether scans are like the training set, and what is not: exit 0 if all are, 1 if one is not.

    Each is read, and prepared in memory by the recipe of the training set; nothing is written. Exit 2 where none can
    be read.
    """
    from scan2train.cohort.envelope import Envelope

    asked = Envelope.load(envelope)
    with progress_bar("testing") as progress:
        found = asked.judge(scan, progress=progress)
    if as_json:
        every = all(one.inside for one in found)
        typer.echo(
            json.dumps({"version": 1, "in": every, "scans": [one.to_json() for one in found]}, indent=1)
        )
    else:
        for one in found:
            for line in _lines(one):
                typer.echo(line)
    if all(one.unreadable for one in found):
        raise typer.Exit(2)
    raise typer.Exit(int(not all(one.inside for one in found)))


def _lines(one: Verdict) -> Iterator[str]:
    yield f"{'in ' if one.inside else 'out'} {shown(one.scan)}"
    for reason in one.reasons:
        code = f"{reason.code} " if reason.code else ""
        note = "" if reason.outside else "note: "
        yield f"    {note}{code}{reason.name}: {shown(reason.seen)}, expected {shown(reason.expected)}"
    if one.unknown:
        yield f"    not known of it: {', '.join(one.unknown)}"
