"""ComBat: features of several batches (sites, scanners, kernels) on one scale, by a model that is fitted once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import polars as pl

from scan2train.errors import WrongUse
from scan2train.tools.harmonize.batches import batches_of, left_alone, require_batches, require_rows
from scan2train.tools.harmonize.combat_file import load_fields, save
from scan2train.tools.harmonize.design import Covariate, covariates_of, matrix_of, require_told_apart
from scan2train.tools.harmonize.feature_table import matrix_of_features, names_of_features
from scan2train.tools.harmonize.location_scale import Standard, shift_and_scale, standard_of
from scan2train.volume import Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Combat:
    """A fitted model: what each batch does to each feature, and what is left of it is taken away by :meth:`apply`.

    Parameters
    ----------
    batch
        The column that says which batch a row belongs to.
    features
        The columns that are harmonised, in order.
    covariates
        Columns whose effect is kept.
    reference
        The batch whose rows stay as they are, and whose scale the others are brought to; ``None``: that of all.
    eb, mean_only
        Whether batches' effects were drawn towards one another, and whether the scale was left alone.
    standard
        Mean, variance and slopes of each feature without batches.
    shift, scale
        Batch to its effect in units of the pooled standard deviation: added, and the variance by which it multiplies.
    rows
        Batch to how many rows it was fitted on.
    left
        Columns that were asked for and stay as they are, with the reason.
    """

    batch: str
    features: tuple[str, ...]
    covariates: tuple[Covariate, ...]
    reference: str | None
    eb: bool
    mean_only: bool
    standard: Standard
    shift: Mapping[str, Array]
    scale: Mapping[str, Array]
    rows: Mapping[str, int]
    left: Mapping[str, str]

    @classmethod
    def fit(
        cls,
        table: pl.DataFrame,
        *,
        batch: str,
        keep: Sequence[str] = (),
        categorical: Sequence[str] = (),
        features: Sequence[str] | None = None,
        reference: str | None = None,
        eb: bool = True,
        mean_only: bool = False,
    ) -> Self:
        """Fit on the rows of ``table``: give training rows only, or what is held out is not held out any more.

        Location and scale of Johnson, Li & Rabinovic (2007), as Fortin et al. (2017, 2018) use them for images; the
        numbers are those of neuroCombat.

        Parameters
        ----------
        table
            A row for each case.
        batch
            The column of the batch.
        keep
            Columns whose effect is kept: numbers, or classes as text.
        categorical
            Columns among ``keep`` whose numbers are names of classes.
        features
            The columns to harmonise; if not given those that :func:`scan2train.features` measures, or every column of
            floating-point numbers where it has none of these. Missing values stay missing.
        reference
            The batch that stays as it is.
        eb
            Draw what a batch does to one feature towards what it does to all (parametric empirical Bayes).
        mean_only
            Shift only: for batches of one row, or where scales are known to agree.

        Raises
        ------
        WrongUse
            If a column is not there, batches are fewer than two, a batch of one row is to be scaled, or what is
            to be kept cannot be told from the batches.
        """
        names, codes, counts = np.unique(batches_of(table, batch), return_inverse=True, return_counts=True)
        rows = dict(zip(names.tolist(), counts.tolist(), strict=True))
        require_batches(rows, reference, mean_only=mean_only)
        covariates = covariates_of(table, keep, categorical)
        columns = matrix_of(table, covariates)
        require_told_apart(codes, columns, keep)
        asked = names_of_features(table, features, without=(batch, *keep))
        values = matrix_of_features(table, asked)
        left = left_alone(values, asked, codes, names.tolist(), mean_only=mean_only)
        kept = [at for at, name in enumerate(asked) if name not in left]
        if not kept:
            raise WrongUse(
                "no feature can be harmonised", found="; ".join(f"{k}: {v}" for k, v in left.items())
            )
        if eb and len(kept) < 2:
            raise WrongUse(
                "empirical Bayes draws features towards one another",
                expected="two features or more",
                found=asked[kept[0]],
                advice="Fit without it (eb=False, --no-eb).",
            )
        values = values[:, kept]
        at = None if reference is None else list(rows).index(reference)
        standard = standard_of(values, codes, columns, at)
        scores = standard.standardised(values, columns)
        shift, scale = {}, {}
        for code, name in enumerate(rows):
            if code == at:
                shift[name], scale[name] = np.zeros(len(kept)), np.ones(len(kept))
            else:
                shift[name], scale[name] = shift_and_scale(scores[codes == code], eb=eb, mean_only=mean_only)
        return cls(
            batch=batch,
            features=tuple(asked[one] for one in kept),
            covariates=covariates,
            reference=reference,
            eb=eb,
            mean_only=mean_only,
            standard=standard,
            shift=shift,
            scale=scale,
            rows=rows,
            left=left,
        )

    def apply(self, table: pl.DataFrame) -> pl.DataFrame:
        """The table with its features harmonised; other columns and the order of rows stay.

        Raises
        ------
        WrongUse
            If a column is not there, a batch was not there when the model was fitted, or a covariate is missing.
        """
        batches = batches_of(table, self.batch)
        unknown = sorted(set(batches.tolist()) - set(self.rows))
        if unknown:
            raise WrongUse(
                "the model does not know these batches",
                expected=", ".join(self.rows),
                found=", ".join(unknown),
                advice="With a reference, teach it a new batch by training rows of it (extended, --extend); "
                "else fit again with rows of it.",
            )
        columns = matrix_of(table, self.covariates)
        values = matrix_of_features(table, self.features)
        expected, deviation = self.standard.expected(columns), np.sqrt(self.standard.variance)
        made = values.copy()
        for name in self.rows:
            own = batches == name
            if name == self.reference:
                continue  # not even rounding touches it
            scores = (values[own] - expected[own]) / deviation
            scores = (scores - self.shift[name]) / np.sqrt(self.scale[name])
            made[own] = scores * deviation + expected[own]
        series = [pl.Series(name, made[:, at]).fill_nan(None) for at, name in enumerate(self.features)]
        return table.with_columns(series)

    def extended(self, table: pl.DataFrame) -> Self:
        """The model with further batches, from training rows of theirs; nothing that it knew changes.

        Only with a reference: its mean, variance and slopes are the standard, whoever else is there.

        Raises
        ------
        WrongUse
            If the model has no reference, there is no new batch, or one has too few rows.
        """
        if self.reference is None:
            raise WrongUse(
                "a model without a reference cannot learn a further batch",
                advice="Its standard is the mean of the batches that it was fitted on: fit again with all of them.",
            )
        batches = batches_of(table, self.batch)
        new = [str(name) for name in np.unique(batches) if name not in self.rows]
        if not new:
            raise WrongUse("there is no new batch", expected=f"others than {', '.join(self.rows)}")
        rows = {name: int((batches == name).sum()) for name in new}
        require_rows(rows, mean_only=self.mean_only)
        scores = self.standard.standardised(
            matrix_of_features(table, self.features), matrix_of(table, self.covariates)
        )
        least = 1 if self.mean_only else 2
        shift, scale = dict(self.shift), dict(self.scale)
        for name in new:
            own = scores[batches == name]
            lacking = [self.features[at] for at in np.flatnonzero(np.isfinite(own).sum(axis=0) < least)]
            if lacking:
                raise WrongUse(
                    f"{name} has too few values of {', '.join(lacking)}", expected=f"{least} at least"
                )
            shift[name], scale[name] = shift_and_scale(own, eb=self.eb, mean_only=self.mean_only)
        return replace(self, shift=shift, scale=scale, rows={**self.rows, **rows})

    def save(self, path: str | Path) -> None:
        """Write the model as JSON."""
        save(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a model that :meth:`save` wrote.

        Raises
        ------
        WrongUse
            If it is none.
        """
        return cls(**load_fields(Path(path)))
