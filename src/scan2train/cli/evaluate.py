"""``scan2train evaluate``: predictions against what is held to be true."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from scan2train.cli.found import require_outside
from scan2train.cli.manners import guarded, progress_bar
from scan2train.cli.options import Format, Printed, offered
from scan2train.cli.words import words

Number = TypeVar("Number", int, float)


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(
        "evaluate", epilog="Example: scan2train evaluate predictions/ labelsTs/ --tolerance 1,2 -o scores.csv"
    )(guarded(evaluate))


def evaluate(
    prediction: Annotated[
        Path,
        typer.Argument(
            metavar="PRED", help="A mask, or a folder of masks named after their cases.", show_default=False
        ),
    ],
    truth: Annotated[
        Path,
        typer.Argument(
            metavar="TRUTH",
            help="A mask, a folder of masks (of nnU-Net, one folder a case, …), or one that `prepare` wrote.",
            show_default=False,
        ),
    ],
    labels: Annotated[
        str | None,
        typer.Option("--labels", metavar="N,..", help="Score these values.", show_default="all but 0"),
    ] = None,
    tolerance: Annotated[
        str, typer.Option(metavar="MM,..", help="Of the normalised surface distance, in mm.")
    ] = "2",
    surface: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            help="area: elements between eight voxels, weighted by area; voxel: the outermost voxels, all alike.",
        ),
    ] = "area",
    empty: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            help="A distance where one mask is empty: null (none, note 'missed'), or worst (the image's diagonal).",
        ),
    ] = "null",
    names: Annotated[
        str | None,
        typer.Option(
            metavar="N=NAME,..", help="Names of labels.", show_default="dataset.json, or the files' own"
        ),
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Every score: .csv or .parquet (the summary beside it, as FILE.summary.csv), or .json; repeatable.",
            show_default="none",
        ),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Draw the worst slice of the worst cases here.", show_default="none"
        ),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Images named after the cases, for --pictures.",
            show_default="beside the truth",
        ),
    ] = None,
    worst: Annotated[int, typer.Option(min=1, metavar="N", help="So many cases are drawn.")] = 5,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Of the confidence intervals' draws.")] = 0,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", min=1, metavar="N", help="So many cases at once; each holds two masks in memory."
        ),
    ] = 1,
    defined: Annotated[
        bool,
        typer.Option(
            "--definitions", help="Print below the table what each number means, and where it has no value."
        ),
    ] = False,
    format: Printed = Format.TEXT,  # noqa: A002
) -> None:
    """Score predictions: overlap, distances between surfaces (mm), and components found, by label and case.

    Grids may differ: both are brought to the truth's world. Exit 1 if a case has no prediction or cannot be scored.
    """
    from scan2train.cli.show_scores import print_scores
    from scan2train.evaluating.case import Wanted
    from scan2train.evaluating.definitions import EMPTY, SURFACES
    from scan2train.evaluating.run import run
    from scan2train.evaluating.tables import files_of, require_suffix, text_of_json, write_scores

    offered("--surface", surface, here=SURFACES)
    offered("--empty", empty, here=EMPTY)
    for file in out or ():
        require_suffix(file)
        _require_kept(files_of(file), prediction, truth)
    sources = [prediction, truth, *([] if images is None else [images])]
    require_outside([one for one in sources if one.is_dir()], pictures)
    wanted = Wanted(
        labels=tuple(sorted(set(_numbers(labels or "", "--labels", int)))),
        tolerances=tuple(_numbers(tolerance, "--tolerance", float)),
        surface="voxel" if surface == "voxel" else "area",
        empty="worst" if empty == "worst" else "null",
    )
    with progress_bar("scoring") as progress:
        made = run(
            prediction, truth, wanted, names=_names(names or ""), seed=seed, jobs=jobs,
            progress=progress,
        )  # fmt: skip
    for file in out or ():
        write_scores(made, file)
    if format is Format.JSON:
        typer.echo(text_of_json(made), nl=False)
    else:
        print_scores(made, defined=defined)
    if pictures is not None:
        from scan2train.evaluating.pictures import draw_worst

        for path in draw_worst(made, pictures, images, worst):
            typer.echo(f"drawn: {path}", err=True)
    made.raise_for_failures()


def _require_kept(files: Sequence[Path], prediction: Path, truth: Path) -> None:
    """See that scores replace nothing that is read here. Beside predictions they may lie, beside truths not."""
    from scan2train.evaluating.pairs import told_in
    from scan2train.reading.kept import require_kept

    for file in files:
        require_outside([truth], file)
    for source in (prediction, truth, *told_in(prediction), *told_in(truth)):
        require_kept(source, files)


def _numbers(text: str, option: str, kind: Callable[[str], Number]) -> list[Number]:
    from scan2train.errors import WrongUse

    try:
        return [kind(one) for one in words(text)]
    except ValueError:
        what = "whole numbers" if kind is int else "numbers"
        raise WrongUse(f"{option} takes {what} between commas", found=text) from None


def _names(text: str) -> dict[int, str]:
    from scan2train.errors import WrongUse

    try:
        return {int(value): name for value, name in (one.split("=", 1) for one in words(text))}
    except ValueError:
        raise WrongUse(
            "--names takes N=NAME between commas", expected="such as 1=liver", found=text
        ) from None
