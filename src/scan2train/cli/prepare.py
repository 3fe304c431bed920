"""``scan2train prepare``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import guarded, progress_bar
from scan2train.cli.options import (
    PRESETS,
    Choices,
    Format,
    Irregular,
    Jobs,
    NoCache,
    Salt,
    Sources,
    Suv,
    Where,
    check_reading,
    offered,
)
from scan2train.errors import CasesFailed, WrongUse


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("prepare", epilog="Example: scan2train prepare hospital/ --recipe ct-lung -o ready/")(
        guarded(prepare)
    )


def prepare(
    sources: Sources,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help="The folder of the prepared set.")],
    recipe: Annotated[
        str,
        typer.Option(
            "--recipe", "-r", metavar="NAME|FILE", help=f"A preset's name ({PRESETS}) or a TOML file."
        ),
    ],
    labels: Annotated[
        str,
        typer.Option(
            "--labels",
            metavar="DIR|GLOB|auto|none",
            help="Where the masks are: a folder or pattern of files named as the images; auto looks beside the "
            "images, in the usual layouts; none leaves them out.",
        ),
    ] = "auto",
    where: Where = None,
    choices: Choices = None,
    irregular: Irregular = "refuse",
    suv: Suv = None,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="For steps that draw at random; recorded with the set.")
    ] = 0,
    jobs: Jobs = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="ADDRESS",
            help="Refused: not there yet.",
            show_default=False,
        ),
    ] = None,
    store: Annotated[
        str,
        typer.Option(
            "--store",
            metavar="WORD",
            help="How volumes are stored: nifti, zarr (OME-Zarr), b2nd (Blosc2) or npy.",
        ),
    ] = "nifti",
    layout: Annotated[
        str,
        typer.Option(
            "--layout",
            metavar="WORD",
            help="How folders are laid out: plain; with nnunet or msd there is also the folder that nnU-Net or the "
            "Medical Segmentation Decathlon want, of links to the cases (--store nifti).",
        ),
    ] = "plain",
    split: Annotated[
        Path | None,
        typer.Option(
            "--split",
            metavar="FILE",
            help="Which cases are for training, validation and test: split.json, splits_final.json of nnU-Net, or a "
            "CSV with the columns case and split. What a recipe measures over the data set is fitted on those for "
            "training only.",
            show_default="none",
        ),
    ] = None,
    fold: Annotated[
        int | None,
        typer.Option(
            "--fold", metavar="N", min=0, help="Which fold of the split, from 0.", show_default="the only one"
        ),
    ] = None,
    fit_on: Annotated[
        str,
        typer.Option(
            "--fit-on",
            metavar="WORD",
            help="Which cases a recipe's numbers over the data set are fitted on: train, or all, whatever the split.",
        ),
    ] = "train",
    dataset_id: Annotated[
        int | None,
        typer.Option(
            "--dataset-id",
            metavar="N",
            help="Number in the name of the layout's folder, 1 to 999.",
            show_default="900",
        ),
    ] = None,
    dataset_name: Annotated[
        str | None,
        typer.Option(
            "--dataset-name", metavar="NAME", help="Name of the layout's folder.", show_default="the recipe's"
        ),
    ] = None,
    stack: Annotated[
        bool,
        typer.Option(
            "--stack",
            help="With --store npy: also write images.npy and labels.npy (N, i, j, k), of cases of one shape.",
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Show what would be made: sizes, bytes on disk, memory, time, and what the new spacing destroys. No "
            "image is decoded, and nothing written.",
        ),
    ] = False,
    check_labels: Annotated[
        bool,
        typer.Option(
            "--check-labels/--no-check-labels",
            help="With --dry-run: read the masks, and say which labels would vanish.",
        ),
    ] = True,
    format: Annotated[  # noqa: A002
        Format, typer.Option("--format", help="How the plan of --dry-run, or what was made, is printed.")
    ] = Format.TEXT,
    no_cache: NoCache = False,
    salt: Salt = None,
) -> None:
    """Make training-ready volumes of everything in SRC.

    Beside each lies an account of what was done to it. A run that was stopped goes on when it is
    started again. A case that fails is recorded, and the rest goes on.
    """
    check_reading(irregular, suv)
    offered("--store", store, here=("nifti", "zarr", "b2nd", "npy"))
    offered("--layout", layout, here=("plain", "nnunet", "msd"))
    if cluster is not None:
        raise WrongUse(
            "--cluster does not exist yet", advice="Leave it out; --jobs uses the cores of this machine."
        )
    if layout == "plain" and (dataset_id, dataset_name) != (None, None):
        raise WrongUse(
            "a number and a name are those of a layout's folder, and the layout is plain",
            found="--dataset-name" if dataset_id is None else f"--dataset-id {dataset_id}",
            advice="Add --layout nnunet or --layout msd, or leave it out.",
        )
    number = 900 if dataset_id is None else dataset_id
    from scan2train.preparing.request import Request
    from scan2train.reading.options import Options
    from scan2train.recipe import Recipe

    asked = Recipe.load(recipe)  # before the sources are read: a wrong word should not cost a walk
    reading = Options(irregular=irregular, suv=suv)
    Request.checked(asked, reading, seed, store, layout, (number, dataset_name), stack=stack)
    from scan2train.preparing.fit_recipe import require_cases_to_fit_on

    require_cases_to_fit_on(asked, split, fold, fit_on)
    from scan2train.cli.show_plan import print_plan
    from scan2train.cli.show_prepared import print_json, print_result
    from scan2train.index import index
    from scan2train.prepare import prepare as run
    from scan2train.preparing.apart import require_apart
    from scan2train.preparing.lock import refuse_if_held

    require_apart(sources, out.absolute())
    if not dry_run:
        refuse_if_held(out)
    with progress_bar("indexing") as progress:
        found = index(*sources, jobs=jobs, cache=not no_cache, salt=salt, progress=progress)
    with progress_bar("preparing") as progress:
        made = run(
            found,
            asked,
            out,
            jobs=jobs,
            seed=seed,
            labels=None if labels == "none" else labels,
            where=where,
            choices=choices,
            irregular=irregular,
            suv=suv,
            store=store,
            layout=layout,
            split=split,
            fold=fold,
            fit_on=fit_on,
            salt=salt,
            dataset_id=number,
            dataset_name=dataset_name,
            stack=stack,
            progress=progress,
            dry_run=dry_run,
            check_labels=check_labels,
        )
    if format is Format.JSON:
        print_json(made)
    elif dry_run:
        print_plan(made)
    else:
        print_result(made)
    try:
        made.raise_for_failures()
    except CasesFailed as error:
        error.found = None if format is Format.TEXT else error.found  # told above, with all others
        raise
