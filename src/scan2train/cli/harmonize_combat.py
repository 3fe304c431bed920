"""``scan2train harmonize combat``: features of several sites on one scale."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scan2train.cli.manners import guarded
from scan2train.cli.options import Format, Printed
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    import polars as pl

    from scan2train.tools.harmonize.combat import Combat


def register(group: typer.Typer) -> None:
    """Add the command to ``group``."""
    group.command(
        "combat",
        epilog="Example: scan2train harmonize combat features.csv --batch site --keep age,sex --fit-on split=train "
        "-o alike.csv --save model.json",
    )(guarded(combat))


def combat(
    features: Annotated[
        Path,
        typer.Argument(
            metavar="FEATURES",
            help="A CSV or Parquet table, a row for each case: what `features` writes, for one label.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="FILE", help="The new table, .csv or .parquet.", show_default=False
        ),
    ],
    batch: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="Which batch: site, scanner, kernel.", show_default="the model's"
        ),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(metavar="COLUMN,..", help="Columns whose effect is kept.", show_default="none"),
    ] = None,
    categorical: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN,..",
            help="Those of --keep whose numbers name classes.",
            show_default="text columns",
        ),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            "--features",
            metavar="COLUMN,..",
            help="What is harmonised.",
            show_default="those of `features`, else floating-point columns",
        ),
    ] = None,
    reference: Annotated[
        str | None, typer.Option(metavar="BATCH", help="The batch that stays as it is.", show_default="none")
    ] = None,
    fit_on: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN=VALUE|FILE",
            help="Training rows: by a column, a split.json, or a table of cases.",
            show_default="all rows",
        ),
    ] = None,
    case: Annotated[
        str, typer.Option(metavar="COLUMN", help="The cases' names, for a FILE of --fit-on.")
    ] = "case",
    fold: Annotated[int, typer.Option(min=0, metavar="N", help="Of a split.json.")] = 0,
    eb: Annotated[
        bool, typer.Option("--eb/--no-eb", help="Empirical Bayes: features share what a batch does.")
    ] = True,
    mean_only: Annotated[bool, typer.Option("--mean-only", help="Shift, do not scale.")] = False,
    save: Annotated[
        Path | None, typer.Option(metavar="JSON", help="Keep the model here.", show_default="nowhere")
    ] = None,
    apply: Annotated[
        Path | None,
        typer.Option(metavar="JSON", help="Apply this model; nothing is fitted.", show_default="fit one"),
    ] = None,
    extend: Annotated[
        bool,
        typer.Option(
            "--extend",
            help="With --apply of a model with a reference: learn new batches from the rows of --fit-on.",
        ),
    ] = False,
    format: Printed = Format.TEXT,  # noqa: A002
) -> None:
    """Bring features of several batches onto one scale by ComBat (Johnson 2007; Fortin 2017, 2018).

    Fit on training rows only, keep the model, apply it to new rows. Printed is the F of the batch and of what is kept,
    before and after; a figure of the worst features stands beside the table, as .png.
    """
    from scan2train.errors import WrongUse
    from scan2train.tools.harmonize.combat import Combat
    from scan2train.tools.harmonize.feature_table import read_table, rows_to_fit, write_table

    table = read_table(features)
    _warn_of_labels(table)
    chosen = None if fit_on is None else rows_to_fit(table, fit_on, case, fold)
    train = table if chosen is None else table.filter(chosen)
    if apply is not None:
        if (
            batch
            or keep
            or categorical
            or columns
            or reference
            or mean_only
            or not eb
            or (chosen is not None and not extend)
        ):
            raise WrongUse(
                "a model that is applied is not fitted", expected="no option of fitting with --apply",
                advice="It knows its columns, batches and reference.",
            )  # fmt: skip
        model = Combat.load(apply)
        model = model.extended(train) if extend else model
    else:
        if batch is None or extend:
            raise WrongUse("say which column is the batch", expected="--batch COLUMN, or --apply JSON")
        model = Combat.fit(
            train,
            batch=batch,
            keep=_names(keep),
            categorical=_names(categorical),
            features=_names(columns) or None,
            reference=reference,
            eb=eb,
            mean_only=mean_only,
        )
        if chosen is None:
            typer.echo(
                "fitted on all rows: what is held out of a training must not be among them (--fit-on)",
                err=True,
            )
    made = model.apply(table)
    write_table(made, out)
    if save is not None:
        model.save(save)
    # What the model has not seen says more than what it was fitted on.
    held = None if chosen is None or chosen.all() else ~chosen
    shown_rows = (table, made) if held is None else (table.filter(held), made.filter(held))
    _tell(model, *shown_rows, out, format, unseen="" if held is None else " that it was not fitted on")


def _warn_of_labels(table: pl.DataFrame) -> None:
    """A table of `features` of several labels has several rows a case, and organs are no batch to be made alike."""
    if {"case", "label"} <= {*table.columns} and table["case"].n_unique() < table.height:
        labels = table["label"].unique().sort().cast(str).to_list()
        if len(labels) > 1:
            typer.echo(
                f"warning: rows of {len(labels)} labels ({shown(', '.join(labels[:5]))}) are taken as of one; "
                "`features --label N` measures one alone.",
                err=True,
            )


def _names(text: str | None) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()] if text else []


def _tell(
    model: Combat, before: pl.DataFrame, after: pl.DataFrame, out: Path, form: Format, *, unseen: str
) -> None:
    from scan2train.cli.show_table import print_table
    from scan2train.tools.harmonize.batch_effect import batch_effects
    from scan2train.tools.harmonize.effect import draw_batches

    was, now = (batch_effects(one, model.features, model.batch, model.covariates) for one in (before, after))
    draw_batches(before, after, model.batch, was, out.with_suffix(".png"))
    rows: list[dict[str, Any]] = [
        {
            "feature": one.feature,
            "batch_f_before": one.batch_f,
            "batch_f_after": two.batch_f,
            "batch_p_before": one.batch_p,
            "batch_p_after": two.batch_p,
            "kept_f_before": one.kept_f,
            "kept_f_after": two.kept_f,
        }
        for one, two in zip(was, now, strict=True)
    ]
    whole = {
        "batches": dict(model.rows),
        "reference": model.reference,
        "left": dict(model.left),
        "rows": before.height,
        "fitted_on_them": not unseen,
        "features": rows,
    }
    if form is Format.JSON:
        typer.echo(json.dumps(whole, indent=1))
        return
    fitted = ", ".join(f"{shown(name)} {count}" for name, count in model.rows.items())
    typer.echo(f"{len(model.features)} features of {before.height} rows{unseen}; fitted on {fitted}\n")
    heads = [name.replace("_", " ") for name in rows[0]]
    cells = [
        ["–" if v is None else v if isinstance(v, str) else f"{v:.3g}" for v in row.values()] for row in rows
    ]
    print_table(tuple(heads), cells, may_be_cut=("feature",))
    for name, reason in model.left.items():
        typer.echo(f"{shown(name)} stays as it is: {shown(reason)}", err=True)
    others = [name for name in before.columns if name not in {*model.features, *model.left, model.batch}]
    others = [name for name in others if name not in {one.name for one in model.covariates}]
    if others:
        typer.echo(f"other columns stay as they are: {shown(', '.join(others))}", err=True)
