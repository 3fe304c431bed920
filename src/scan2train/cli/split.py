"""``scan2train split``: which cases are for training, for validation, for test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scan2train.cli.manners import guarded, progress_bar
from scan2train.cli.options import SetOrScans
from scan2train.cli.words import numbered
from scan2train.preparing.ownership import SPLIT
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from scan2train.cohort.split import Split


class By(StrEnum):
    """What is never parted."""

    PATIENT = "patient"
    STUDY = "study"
    CASE = "case"


class Layout(StrEnum):
    """Whose file is written."""

    PLAIN = "plain"
    NNUNET = "nnunet"


#: What each layout calls its file.
_FILES = {Layout.PLAIN: SPLIT, Layout.NNUNET: "splits_final.json"}


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("split", epilog="Example: scan2train split ready/ --folds 5 --test 0.2 --stratify labels")(
        guarded(split)
    )


def split(
    where: SetOrScans,
    folds: Annotated[int, typer.Option("--folds", metavar="N", help="Folds to validate on; 1 for none.")] = 5,
    test: Annotated[
        float, typer.Option("--test", metavar="PART", help="Part of the cases held out for the test, 0 to 1.")
    ] = 0.2,
    by: Annotated[
        By, typer.Option("--by", help="What is never parted; where headers do not tell, names of files do.")
    ] = By.PATIENT,
    stratify: Annotated[
        list[str] | None,
        typer.Option(
            "--stratify",
            metavar="COLUMN",
            help="Balance this column of cases.parquet over the parts, or labels: presence and volume of each. May be "
            "repeated.",
            show_default="none",
        ),
    ] = None,
    group: Annotated[
        str,
        typer.Option(
            "--group",
            metavar="COLUMN",
            help="Keep all cases of one value in one part: site (station, else make), manufacturer, station, …",
            show_default="none",
        ),
    ] = "",
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Written into the file.")] = 0,
    pixels: Annotated[
        bool, typer.Option("--pixels/--no-pixels", help="Look for copies of one picture by other names.")
    ] = True,
    layout: Annotated[
        Layout, typer.Option("--layout", help="split.json, or splits_final.json of nnU-Net.")
    ] = Layout.PLAIN,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="Where it is written.", show_default="in OUT, else here"
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over another split.")] = False,
) -> None:
    """Draw folds and a test set that share no patient, and write them with the seed.

    The same cases, options and seed give the same file. `check --split` looks whether it holds.
    """
    from scan2train.cli.found import require_outside
    from scan2train.cohort.split import split as run
    from scan2train.preparing.ownership import is_prepared

    prepared = is_prepared(where)
    place = out or (where / _FILES[layout] if prepared else Path(_FILES[layout]))
    if not prepared:
        require_outside([where], place)
    with progress_bar("looking for copies") as progress:
        found = run(
            where,
            folds=folds,
            test=test,
            by=by.value,
            stratify=stratify or (),
            group=group,
            seed=seed,
            pixels=pixels,
            progress=progress,
        )
    found.save(place, layout=layout.value, replace=replace)
    for line in _lines(found):
        typer.echo(line)
    if layout is Layout.NNUNET and found.test:
        typer.echo("splits_final.json has no place for the test set: keep these out of imagesTr:", err=True)
        typer.echo(json.dumps(list(found.test)), err=True)
    typer.echo(f"wrote {shown(place)}")


def _lines(found: Split) -> Iterator[str]:
    total = len({name for one in found.folds for name in (*one.train, *one.val)}) + len(found.test)
    yield f"{numbered(total, 'case')} in {numbered(found.units, 'set')} that are never parted; seed {found.seed}"
    for sentence in found.told:
        yield f"  {shown(sentence)}"
    for number, one in enumerate(found.folds):
        yield f"fold {number}: {len(one.train)} train, {len(one.val)} val"
    yield f"test: {len(found.test)} ({len(found.test) / total:.0%})"
