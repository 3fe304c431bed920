"""Which volumes of an index become cases: by role, by an expression, by a person's table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from scan2train.choosing.fault import ACCEPT, REJECT, fault_of_choices, fault_of_columns
from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.pairing import masks_of
from scan2train.preparing.roles import VOLUMES

if TYPE_CHECKING:
    import polars as pl

#: So many volumes are named in a message.
_NAMED = 3


def choose(
    volumes: pl.DataFrame,
    where: str | None,
    choices: str | Path | None,
    roles: Sequence[str] = VOLUMES,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split a volumes table into what becomes cases and what does not, the latter with a column ``reason``.

    Parameters
    ----------
    volumes
        The volumes table of an index, without those that are labels.
    where
        A condition in SQL over the columns of the table. Unless it speaks of ``role`` itself, only volumes
        whose role is among ``roles`` are taken.
    choices
        A CSV or Parquet file with the columns ``volume`` and ``choice``; ``reject`` leaves a volume out,
        ``accept`` takes it whatever its role and ``where`` say, and an empty choice says nothing.

    Raises
    ------
    WrongUse
        If the expression or the table cannot be meant.
    """
    import polars as pl

    condition, speaks_of_role = (pl.lit(value=True), False) if where is None else _condition(volumes, where)
    by_role = pl.lit(value=True) if speaks_of_role else pl.col("role").is_in(roles)
    decided = _decisions(volumes, choices)
    reason = (
        pl.when(decided == REJECT)
        .then(pl.lit("rejected"))
        .when(decided == ACCEPT)
        .then(pl.lit(""))
        .when(~by_role.fill_null(value=False))
        .then(pl.concat_str(pl.lit("role-"), pl.col("role").fill_null("unknown")))
        .when(~condition.fill_null(value=False))
        .then(pl.lit("not-chosen"))
        .otherwise(pl.lit(""))
    )
    marked = volumes.with_columns(reason=reason)
    return marked.filter(pl.col("reason") == "").drop("reason"), marked.filter(pl.col("reason") != "")


def _condition(volumes: pl.DataFrame, where: str) -> tuple[pl.Expr, bool]:
    import polars as pl

    try:
        condition = pl.sql_expr(where)
        kind = volumes.select(condition.alias("condition")).schema["condition"]
        names = condition.meta.root_names()
    except pl.exceptions.ColumnNotFoundError as error:
        # It names the column first, and then lists all that there are.
        name = str(error).partition('"')[2].partition('"')[0]
        found = f"no column {name!r}" if name else "a column that is not there"
        raise _not_a_condition(volumes, where, found, name) from None
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise _not_a_condition(volumes, where, " ".join(str(error).split())) from None
    if kind != pl.Boolean:
        raise _not_a_condition(volumes, where, f"an expression of type {kind}")
    return condition, "role" in names


def _not_a_condition(volumes: pl.DataFrame, where: str, found: str, column: str = "") -> WrongUse:
    near = get_close_matches(column, volumes.columns, n=3)
    meant = f"Did you mean {' or '.join(near)}? " if near else ""
    return WrongUse(
        f"--where is not a condition over the volumes table: {where!r}",
        expected="SQL such as \"modality = 'CT' AND spacing_k_mm < 3\"",
        found=found,
        advice=f"{meant}The columns are: {', '.join(volumes.columns)}.",
    )


def without_rejected(volumes: pl.DataFrame, choices: str | Path) -> pl.DataFrame:
    """A volumes table without those that a table of choices rejects, and without masks of nothing else.

    Raises
    ------
    WrongUse, Scan2TrainError
        As :func:`choose`.
    """
    import polars as pl

    decided = dict(volumes.select("volume", _decisions(volumes, choices).alias("choice")).iter_rows())
    rejected = {volume for volume, choice in decided.items() if choice == REJECT}
    images: dict[str, set[str]] = defaultdict(set)
    for image, masks in masks_of(volumes).items():
        for mask in masks:
            images[mask].add(image)
    orphans = {mask for mask, of in images.items() if of <= rejected and decided[mask] is None}
    return volumes.filter(~pl.col("volume").is_in(sorted(rejected | orphans)))


def _decisions(volumes: pl.DataFrame, choices: str | Path | None) -> pl.Expr:
    import polars as pl

    if choices is None:
        return pl.lit(None, dtype=pl.String)
    table = _load(Path(choices))
    known = pl.concat([volumes["volume"], volumes["part_of"]])
    if table.height and not table["volume"].is_in(known.implode()).any():
        raise WrongUse(
            "a table of choices names no volume of these sources",
            where=choices,
            expected=f"ids of volumes, such as {', '.join(volumes['volume'][:_NAMED])}",
            found=", ".join(table["volume"][:_NAMED]),
            advice="`scan2train index` shows them; `scan2train check --choices-out FILE` writes such a table.",
        )
    # A person may have decided on a part, or on the whole volume that it is of.
    return pl.coalesce(
        pl.col(name).replace_strict(table["volume"], table["choice"], default=None, return_dtype=pl.String)
        for name in ("volume", "part_of")
    )


def _load(path: Path) -> pl.DataFrame:
    import polars as pl

    try:
        table = (
            pl.read_parquet(path)
            if path.suffix.lower() == ".parquet"
            else pl.read_csv(path, infer_schema=False)
        )
        missing = fault_of_columns(table.columns, path)
        decided = (
            table
            if missing
            else table.select(
                pl.col("volume").cast(pl.String).fill_null(""),
                pl.col("choice").cast(pl.String).fill_null("").str.strip_chars(),
            ).filter(pl.col("choice") != "")
        )
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Scan2TrainError(
            "this table of choices cannot be read",
            where=path,
            expected="CSV or Parquet",
            found=error,
            advice="Check the path; `scan2train check --choices-out FILE` writes such a table.",
        ) from None
    if fault := missing or fault_of_choices(decided.iter_rows(), path):
        raise fault
    return decided
