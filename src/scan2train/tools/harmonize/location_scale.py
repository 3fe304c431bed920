"""ComBat's arithmetic on plain arrays: each batch's shift and scale of each feature (Johnson, Li & Rabinovic 2007)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.volume import Array

#: Where the published implementations stop: no further step changes anything by more than this part.
_STEP: Final = 1e-4
_MOST_STEPS: Final = 100_000


@dataclass(frozen=True, kw_only=True)
class Standard:
    """What a feature is without batches: ``mean`` (f,), ``variance`` (f,), ``slopes`` of the covariates (c, f)."""

    mean: Array
    variance: Array
    slopes: Array

    def expected(self, covariates: Array) -> Array:
        """Values ``(n, f)`` that the covariates ``(n, c)`` let expect."""
        expected: Array = self.mean + covariates @ self.slopes
        return expected

    def standardised(self, values: Array, covariates: Array) -> Array:
        """``(n, f)`` in units of the pooled standard deviation, about what is expected."""
        scores: Array = (values - self.expected(covariates)) / np.sqrt(self.variance)
        return scores


def standard_of(values: Array, codes: Array, covariates: Array, reference: int | None) -> Standard:
    """Fit batches and covariates together by least squares, feature by feature, over the values that are there.

    Parameters
    ----------
    values
        ``(n, f)``, NaN where missing.
    codes
        ``(n,)``: the batch of each row, from 0; every batch has a value of every feature.
    covariates
        ``(n, c)``.
    reference
        The batch whose mean and variance are the standard; ``None`` for the mean over all rows.
    """
    one_hot = (codes[:, None] == np.arange(codes.max() + 1)).astype(np.float64)
    design = np.hstack([one_hot, covariates])
    batches = one_hot.shape[1]
    there = np.isfinite(values)
    mean, variance = np.empty(values.shape[1]), np.empty(values.shape[1])
    slopes = np.empty((covariates.shape[1], values.shape[1]))
    patterns, which = np.unique(there, axis=1, return_inverse=True)
    for number in range(patterns.shape[1]):
        rows, of_it = patterns[:, number], np.flatnonzero(which.reshape(-1) == number)
        told, own = values[np.ix_(rows, of_it)], design[rows]
        fitted = np.linalg.lstsq(own, told, rcond=None)[0]
        residual = told - own @ fitted
        slopes[:, of_it] = fitted[batches:]
        if reference is None:
            mean[of_it] = own[:, :batches].mean(axis=0) @ fitted[:batches]
            variance[of_it] = (residual**2).mean(axis=0)
        else:
            mean[of_it] = fitted[reference]
            variance[of_it] = (residual[codes[rows] == reference] ** 2).mean(axis=0)
    return Standard(mean=mean, variance=variance, slopes=slopes)


def shift_and_scale(scores: Array, *, eb: bool, mean_only: bool) -> tuple[Array, Array]:
    """Additive and multiplicative effect of one batch, both ``(f,)``, from its standardised rows ``(n, f)``.

    With ``eb`` each is drawn towards what the batch does to the features together: a normal prior for the shift, an
    inverse gamma one for the variance, both by their moments. With ``mean_only`` the scale is 1.
    """
    shift = np.nanmean(scores, axis=0)
    one = np.ones(shift.shape)
    scale = one if mean_only else np.nanvar(scores, axis=0, ddof=1)
    if not eb:
        return shift, scale
    middle, spread = shift.mean(), shift.var(ddof=1)
    if mean_only:
        return _posterior_shift(shift, middle, one, one, spread), one
    return _posterior(scores, shift, scale, middle, spread)


def _posterior(
    scores: Array, shift: Array, scale: Array, middle: float, spread: float
) -> tuple[Array, Array]:
    average, variance = scale.mean(), scale.var(ddof=1)
    if not (spread > 0 and variance > 0):
        raise Scan2TrainError(
            "empirical Bayes needs features that differ",
            found="a batch that does the same to every feature",
            advice="Leave out columns that are copies of one another, or fit without empirical Bayes.",
        )
    a, b = (2 * variance + average**2) / variance, (average * variance + average**3) / variance
    count = np.isfinite(scores).sum(axis=0)
    own, now, variances = shift, shift, scale
    for _ in range(_MOST_STEPS):
        new = _posterior_shift(own, middle, count, variances, spread)
        squares = np.nansum((scores - new) ** 2, axis=0)
        new_variances = (squares / 2 + b) / (count / 2 + a - 1)
        # Signed by what stood there, as in the published implementations: the same steps give the same numbers.
        with np.errstate(divide="ignore", invalid="ignore"):
            change = max(
                (np.abs(new - now) / now).max(), (np.abs(new_variances - variances) / variances).max()
            )
        now, variances = new, new_variances
        if not change > _STEP:
            return now, variances
    raise Scan2TrainError("ComBat found no estimate that stays", found=f"{_MOST_STEPS} steps")


def _posterior_shift(own: Array, middle: float, count: Array, variance: Array, spread: float) -> Array:
    posterior: Array = (spread * count * own + variance * middle) / (spread * count + variance)
    return posterior
