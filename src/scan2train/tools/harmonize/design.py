"""What is to be kept while batches are made alike: covariates as columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from scan2train.errors import WrongUse
from scan2train.volume import Array


@dataclass(frozen=True, kw_only=True)
class Covariate:
    """A column whose effect is kept. ``levels`` are its classes, sorted; empty for a number."""

    name: str
    levels: tuple[str, ...] = ()

    def columns(self, table: pl.DataFrame) -> Array:
        """``(n, c)``: the number, or one column for each class but the first.

        Raises
        ------
        WrongUse
            If a row has no value, or a class that was not there when it was fitted.
        """
        values = column_of(table, self.name)
        if not self.levels:
            numbers = values.cast(pl.Float64, strict=False).to_numpy()
            _refuse_missing(self.name, ~np.isfinite(numbers))
            column: Array = numbers[:, None]
            return column
        words = values.cast(pl.String)
        _refuse_missing(self.name, words.is_null().to_numpy())
        new = sorted(set(words.to_list()) - set(self.levels))
        if new:
            raise WrongUse(
                f"the column {self.name} has classes that were not there when the model was fitted",
                expected=", ".join(self.levels),
                found=", ".join(new),
            )
        one_hot: Array = np.asarray(words.to_list())[:, None] == np.asarray(self.levels[1:])[None, :]
        return one_hot.astype(np.float64)


def covariates_of(
    table: pl.DataFrame, keep: Sequence[str], categorical: Sequence[str]
) -> tuple[Covariate, ...]:
    """Columns of numbers are numbers, unless they are called ``categorical``; all others are classes."""
    for name in categorical:
        if name not in keep:
            raise WrongUse(
                f"{name} is called categorical and is not kept", expected=f"one of {', '.join(keep)}"
            )
    made = []
    for name in keep:
        values = column_of(table, name)
        if values.dtype.is_numeric() and name not in categorical:
            made.append(Covariate(name=name))
            continue
        levels = tuple(sorted(set(values.cast(pl.String).drop_nulls().to_list())))
        if len(levels) > max(2, table.height // 2):
            raise WrongUse(
                f"the column {name} has too many classes to be kept",
                found=f"{len(levels)} in {table.height} rows",
                advice="A number that was read as text is no class: look at the column.",
            )
        made.append(Covariate(name=name, levels=levels))
    return tuple(made)


def matrix_of(table: pl.DataFrame, covariates: Sequence[Covariate]) -> Array:
    """All covariates, ``(n, c)``."""
    parts = [one.columns(table) for one in covariates]
    return np.hstack([np.empty((table.height, 0)), *parts])


def require_told_apart(codes: Array, covariates: Array, names: Sequence[str]) -> None:
    """Refuse covariates that cannot be told from the batches: what is kept would be what is taken away."""
    one_hot = codes[:, None] == np.arange(codes.max() + 1)
    spread = covariates.std(axis=0)
    scaled = (covariates - covariates.mean(axis=0)) / np.where(spread > 0, spread, 1)
    design = np.hstack([one_hot, scaled])
    if design.shape[0] <= design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        raise WrongUse(
            "batches and what is to be kept cannot be told apart",
            expected=f"more rows than {design.shape[1]}, and {', '.join(names) or 'rows'} that vary within batches",
            found=f"{design.shape[0]} rows in {one_hot.shape[1]} batches",
            advice="Where a covariate follows from the batch (one site has all the sick), nothing can part the two.",
        )


def column_of(table: pl.DataFrame, name: str) -> pl.Series:
    """A column by name; refused with the names that there are."""
    if name not in table.columns:
        raise WrongUse(f"the table has no column {name!r}", expected=f"one of {', '.join(table.columns)}")
    return table[name]


def _refuse_missing(name: str, missing: Any) -> None:
    if missing.any():
        raise WrongUse(
            f"the column {name} has no value in {int(missing.sum())} of {missing.size} rows",
            found=f"row {int(np.flatnonzero(missing)[0]) + 1}",
            advice="Fill it, leave these rows out, or do not keep the column.",
        )
