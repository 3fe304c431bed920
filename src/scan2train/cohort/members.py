"""The cases of a prepared set, or those that a source would give: one row each, in the columns of the cases table."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from scan2train.errors import NoImages, OutputDamaged
from scan2train.index import Index, index
from scan2train.paths import path_given
from scan2train.preparing.ownership import TABLE, is_prepared
from scan2train.preparing.plan import Plan, plan
from scan2train.preparing.records import row_of_planned
from scan2train.tables import CASES

if TYPE_CHECKING:
    import polars as pl


def members(where: str | os.PathLike[str] | Index) -> tuple[pl.DataFrame, Plan | None]:
    """The finished cases of a prepared set; of a source or an index those that ``prepare`` would make, with its plan.

    Nothing is decoded. A future case has the grid of its source before and after.

    Raises
    ------
    OutputDamaged
        If the table of a prepared set cannot be read.
    NoImages
        If there is no case.
    """
    if not isinstance(where, Index):
        place = path_given(where)
        if is_prepared(place):
            return _made(place), None
        where = index(place)
    future = plan(where, labels="auto", where=None, choices=None, seed=0)
    table = CASES.frame([row_of_planned(job, None) for job in future.jobs])
    same = {f"size_{axis}": f"source_size_{axis}" for axis in "ijk"}
    same |= {f"spacing_{axis}_mm": f"source_spacing_{axis}_mm" for axis in "ijk"}
    return table.with_columns(table[old].alias(new) for new, old in same.items()).with_columns(
        orientation=table["source_orientation"]
    ), future


def _made(out: Path) -> pl.DataFrame:
    import polars as pl

    try:
        table = pl.read_parquet(out / TABLE)
        done = table.filter(pl.col("state") == "done")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise OutputDamaged(
            "the table of a prepared set cannot be read",
            where=out / TABLE,
            found=" ".join(str(error).split()),
            advice="Run prepare again, to its end: it writes the table last.",
        ) from error
    if done.is_empty():
        raise NoImages(
            "the prepared set has no finished case", where=out, found=f"{table.height} that failed"
        )
    return done
