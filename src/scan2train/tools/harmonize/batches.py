"""Batches of a table: who is in which, and whether each can be harmonised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from scan2train.errors import WrongUse
from scan2train.tools.harmonize.design import column_of
from scan2train.volume import Array


def batches_of(table: pl.DataFrame, batch: str) -> Array:
    """The batch of each row, as text; refuses rows without one."""
    words = column_of(table, batch).cast(pl.String)
    missing = words.is_null() | (words == "")
    if missing.any():
        raise WrongUse(
            f"the column {batch} is empty in {int(missing.sum())} of {table.height} rows",
            found=f"row {int(missing.arg_max() or 0) + 1}",
            advice="Say which batch they belong to, or leave them out.",
        )
    return np.asarray(words.to_list(), dtype=str)


def require_batches(rows: Mapping[str, int], reference: str | None, *, mean_only: bool) -> None:
    """Refuse fewer than two batches, a reference that is none, and batches too small."""
    if len(rows) < 2:
        raise WrongUse("there is nothing to harmonise", expected="two batches or more", found=", ".join(rows))
    if reference is not None and reference not in rows:
        raise WrongUse("the reference is no batch of these rows", expected=", ".join(rows), found=reference)
    require_rows(rows, mean_only=mean_only)


def require_rows(rows: Mapping[str, int], *, mean_only: bool) -> None:
    """Refuse batches of one row where their scale is wanted."""
    single = [name for name, count in rows.items() if count < 2]
    if single and not mean_only:
        raise WrongUse(
            "a batch of one row has no scale",
            expected="two rows a batch or more, better twenty",
            found=", ".join(single),
            advice="Leave it out, join it with a batch of the same scanner, or fit with mean_only (--mean-only), "
            "which shifts and does not scale.",
        )


def left_alone(
    values: Array, names: Sequence[str], codes: Array, batches: Sequence[str], *, mean_only: bool
) -> dict[str, str]:
    """Features that cannot be harmonised, with the reason: too few values of a batch, or no spread in one."""
    least = 1 if mean_only else 2
    left: dict[str, str] = {}
    for code, batch in enumerate(batches):
        own = values[codes == code]
        for at in np.flatnonzero(np.isfinite(own).sum(axis=0) < least).tolist():
            left.setdefault(names[at], f"{batch} has fewer than {least} values of it")
        if mean_only:
            continue
        for name, column in zip(names, own.T, strict=True):
            told = column[np.isfinite(column)]
            if told.size and np.ptp(told) == 0:
                left.setdefault(name, f"it is the same everywhere in {batch}")
    for name, column in zip(names, values.T, strict=True):
        told = column[np.isfinite(column)]
        if told.size and np.ptp(told) == 0:
            left[name] = "it is the same everywhere"
    return left
