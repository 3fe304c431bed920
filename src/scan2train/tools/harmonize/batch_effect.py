"""How much of each feature the batch tells, beside what is to be kept: a partial F test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from scan2train.tools.harmonize.batches import batches_of
from scan2train.tools.harmonize.design import Covariate, matrix_of
from scan2train.tools.harmonize.feature_table import matrix_of_features
from scan2train.volume import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEffect:
    """One feature: F of the batch and of what is kept, each given the other, with p; ``None`` where untold."""

    feature: str
    batch_f: float | None
    batch_p: float | None
    kept_f: float | None
    kept_p: float | None


def batch_effects(
    table: pl.DataFrame, features: Sequence[str], batch: str, covariates: Sequence[Covariate]
) -> list[BatchEffect]:
    """Least squares with and without the batches, and with and without the covariates, over values that are there."""
    names, codes = np.unique(batches_of(table, batch), return_inverse=True)
    one_hot = (codes[:, None] == np.arange(len(names))).astype(np.float64)
    kept = matrix_of(table, covariates)
    kept -= kept.mean(axis=0)
    values = matrix_of_features(table, features)
    ones = np.ones((table.height, 1))
    made = []
    for at, feature in enumerate(features):
        rows = np.isfinite(values[:, at])
        told = values[rows, at]
        full = np.hstack([one_hot, kept])[rows]
        by_batch = _partial(told, full, np.hstack([ones, kept])[rows])
        by_kept = _partial(told, full, one_hot[rows]) if kept.shape[1] else None
        made.append(
            BatchEffect(
                feature=feature,
                batch_f=None if by_batch is None else by_batch[0],
                batch_p=None if by_batch is None else by_batch[1],
                kept_f=None if by_kept is None else by_kept[0],
                kept_p=None if by_kept is None else by_kept[1],
            )
        )
    return made


def _partial(values: Array, full: Array, less: Array) -> tuple[float, float] | None:
    """F and p of what ``full`` has beyond ``less``."""
    from scipy.stats import f

    (many, left), (few, before) = (_rank_and_rest(values, one) for one in (full, less))
    freedom = values.size - many
    if many <= few or freedom < 1 or not left > 0:
        return None
    ratio = ((before - left) / (many - few)) / (left / freedom)
    return float(ratio), float(f.sf(ratio, many - few, freedom))


def _rank_and_rest(values: Array, design: Array) -> tuple[int, float]:
    fitted, _, rank, _ = np.linalg.lstsq(design, values, rcond=None)
    return int(rank), float(((values - design @ fitted) ** 2).sum())
