"""``scan2train postprocess``: predicted masks cleaned by rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scan2train.cli.manners import complain, guarded, progress_bar, without_advice
from scan2train.cli.options import FewJobs, Format, Printed
from scan2train.cli.words import numbered
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from scan2train.tools.postprocess.postprocess import Postprocessed


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(
        "postprocess",
        epilog="Example: scan2train postprocess predictions/ -o cleaned/ --min-size 0.1ml --fill-holes",
    )(guarded(postprocess))


def postprocess(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SRC",
            help="A mask, or a folder of them such as nnU-Net predicts into.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="DST",
            help="For a mask a file, for a folder a folder outside of it.",
            show_default=False,
        ),
    ],
    rules: Annotated[
        Path | None,
        typer.Option(
            metavar="TOML",
            help="Rules by label, such as an earlier run's postprocess.toml, in place of those below.",
            show_default="none",
        ),
    ] = None,
    min_size: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="Remove components smaller than this: 20 (voxels), or 0.5ml.",
            show_default="none",
        ),
    ] = None,
    largest: Annotated[
        bool, typer.Option("--largest", help="Keep each label's largest component only.")
    ] = False,
    closing: Annotated[
        float,
        typer.Option(
            "--closing", min=0, metavar="MM", help="Close gaps of background up to twice this radius."
        ),
    ] = 0.0,
    fill_holes: Annotated[
        bool, typer.Option("--fill-holes", help="Fill background that a label shuts in on all sides.")
    ] = False,
    connectivity: Annotated[
        int,
        typer.Option(
            metavar="6|18|26", help="Voxels are one component that share faces, edges too, or corners too."
        ),
    ] = 26,
    choose_on: Annotated[
        Path | None,
        typer.Option(
            metavar="TRUTH",
            help="Masks of validation cases, named as those in SRC: keep for each label only the rules that raise its "
            "mean Dice. Without rules, the usual ones are tried.",
            show_default="use the rules as they are",
        ),
    ] = None,
    jobs: FewJobs = 1,
    format: Printed = Format.TEXT,  # noqa: A002
) -> None:
    """Clean predicted masks: small components, all but the largest, gaps and holes; and say what was removed.

    Components go first, from all labels; then gaps are closed and holes are filled, only where there is background. In
    a folder postprocess.toml holds the rules, with the reasons where they were chosen, and postprocess.json what
    changed. Exit 1 if a mask failed.
    """
    from scan2train.errors import WrongUse
    from scan2train.tools.postprocess.postprocess import postprocess as run
    from scan2train.tools.postprocess.rules import Rules

    here: dict[str, object] = {
        "largest": largest,
        "closing_mm": closing,
        "fill_holes": fill_holes,
        "connectivity": connectivity,
    }
    here |= {} if min_size is None else {"min_size": min_size}
    every = Rules.of_table(here)
    if rules is not None and (choose_on is not None or every != Rules()):
        raise WrongUse(
            "--rules holds all that is to be done", expected="no other rule, and no --choose-on, with it"
        )
    asked = every if rules is None else Rules.load(rules)
    with progress_bar("cleaning") as progress:
        done = run(source, out, rules=asked, choose_on=choose_on, jobs=jobs, progress=progress)
    if format is Format.JSON:
        typer.echo(json.dumps(done.to_json(), indent=1, ensure_ascii=False))
    else:
        _print(done, out)
    for case, error in done.failed:
        complain(f"{case}: {without_advice(error)}", error.advice)
    if done.failed:
        raise typer.Exit(1)


def _print(done: Postprocessed, out: Path) -> None:
    from scan2train.cli.show_table import print_table
    from scan2train.tools.postprocess.postprocess import RULES

    for choice in done.chosen:
        typer.echo(f"label {choice.label}: {choice.verdict()}")
        others = choice.rivals()
        if others:
            best, dice = others[0]
            typer.echo(f"  {len(others)} more tried, the best of them {best}: {dice:.4f}")
    if done.chosen:
        typer.echo(f"all that was tried: {shown(out / RULES)}\n")
    if done.without_truth:
        typer.echo(f"not looked at for the choice, without truth: {shown(', '.join(done.without_truth))}")
    everyone = [(case, one) for case, changed in done.cases.items() for one in changed]
    # Of many masks only what changed is worth a line.
    told = everyone if len(done.cases) == 1 else [(case, one) for case, one in everyone if not one.idle]
    heads = ("case", "label", "name", "components", "removed", "voxels removed", "ml", "closed", "filled")
    rows = []
    for case, one in told:
        ml = one.ml(one.removed)
        volume = "" if ml is None else f"{ml:.4g}"
        counted = (one.components, one.removed_components, one.removed, volume, one.closed, one.filled)
        rows.append((case, one.label, one.name, *counted))
    if rows:
        print_table(heads, rows, may_be_cut=("case", "name"))
    idle = len(everyone) - len(told)
    if idle:
        typer.echo(
            f"{idle} of {len(everyone)} labels in {numbered(len(done.cases), 'mask')} stayed as they were"
        )
