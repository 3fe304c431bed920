"""Does anything tell the label? All features at once, and all together, against labels that were shuffled.

The unit is the case. Every feature is a block of columns (levels of a category, or one column of ranks), every label a
few columns. The statistic of a feature is ``(n - 1) · Σ (xᵀy)²``: Pearson's chi-squared for categories against
classes, Kruskal and Wallis' H for ranks against classes, Spearman's r² times ``n - 1`` for ranks against numbers. A
shuffled label costs one matrix product for all features.

Correction for many features: the largest statistic of each shuffling (single-step max-statistic, Westfall & Young,
Resampling-Based Multiple Testing, 1993, section 2.3). It keeps the chance of any false alarm at the level that is
named, whatever features depend on one another. So that features of many and of few levels compete alike, statistics
are brought to the scale of a normal deviate first (Wilson & Hilferty, PNAS 1931).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]

#: Bytes that one batch of shuffled labels may take as products with the features.
_BATCH_BYTES = 8 << 20
#: Multiplications that one call may cost; with more features or cases there are fewer shufflings.
_MOST_WORK = 4e12
_FEWEST = 2_000
#: Strength of the ridge, as a part of the mean of the kernel's diagonal.
_RIDGE = 0.5
#: Cases that predict one another, evenly spaced where there are more: their kernel is a square of them.
_MOST_TOGETHER = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What the shuffling says.

    Parameters
    ----------
    p
        Corrected p of each feature, of all features and of all together.
    strength
        Of each feature, 0 to 1: Cramér's V, or the correlation of ranks.
    together_p
        Corrected p of all features together.
    together
        How well all together predict a case from the others: balanced accuracy of classes, correlation of numbers.
    by_chance
        What the shuffled labels reach there in the middle.
    reachable
        The corrected p of a feature that tells every label without fail: the smallest that these cases allow.
    permutations
        How many shufflings there were.
    """

    p: Floats
    strength: Floats
    together_p: float
    together: float
    by_chance: float
    reachable: float
    permutations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelColumns:
    """Labels as centred columns ``(n, c)`` of unit length each, scaled so that squared products add up.

    ``freedom`` is the number of classes less one, or 1 for numbers; ``arrangements`` the logarithm of the number of
    ways to give the labels to the cases that a feature can tell apart.
    """

    columns: Floats
    freedom: int
    arrangements: float


def class_columns(codes: npt.NDArray[np.integer]) -> LabelColumns:
    """Columns of classes, numbered from 0."""
    n, counts = len(codes), np.bincount(codes)
    hot = (codes[:, None] == np.arange(len(counts))).astype(np.float64)
    log = math.lgamma(n + 1) - sum(math.lgamma(count + 1) for count in counts)
    # Classes of one size can change their names, and a category does not see it.
    log -= sum(math.lgamma(times + 1) for times in np.bincount(counts)[1:])
    if len(counts) == 2:
        return LabelColumns(columns=_unit(hot[:, 1:]), freedom=1, arrangements=log)
    return LabelColumns(
        columns=(hot - counts / n) / np.sqrt(counts), freedom=len(counts) - 1, arrangements=log
    )


def number_columns(values: Floats) -> LabelColumns:
    """One column: the ranks of the values, ties in the middle."""
    _, counts = np.unique(values, return_counts=True)
    log = math.lgamma(len(values) + 1) - sum(math.lgamma(count + 1) for count in counts)
    return LabelColumns(columns=_unit(ranks(values)[:, None]), freedom=1, arrangements=log - math.log(2))


def ranks(values: Floats) -> Floats:
    """Ranks from 0, ties in the middle; what is no number is in the middle of all."""
    found = np.full(len(values), np.nan)
    known = np.isfinite(values)
    _, inverse, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found[known] = (ends - (counts + 1) / 2)[inverse]
    return np.where(known, found, np.nanmean(found) if known.any() else 0.0)


def category_block(codes: npt.NDArray[np.integer]) -> Floats:
    """Columns of a category's levels, numbered from 0, centred and scaled."""
    counts = np.bincount(codes)
    hot = (codes[:, None] == np.arange(len(counts))).astype(np.float64)
    return _unit(hot[:, 1:]) if len(counts) == 2 else (hot - counts / len(codes)) / np.sqrt(counts)


def rank_block(values: Floats) -> Floats:
    """The one column of a quantity."""
    return _unit(ranks(values)[:, None])


def test_labels(
    blocks: Sequence[Floats], freedoms: Sequence[int], labels: LabelColumns, seed: int, permutations: int
) -> Tested:
    """Test all features against the labels.

    Parameters
    ----------
    blocks
        Columns of each feature, ``(n, columns)``, as :func:`category_block` and :func:`rank_block` give them.
    freedoms
        Of each feature: its levels less one; 1 for ranks.
    labels
        Columns of the labels.
    seed, permutations
        Of the shuffling. Where the cases and features are very many, there are fewer shufflings.
    """
    n = len(labels.columns)
    x, groups = _grouped(blocks, freedoms)
    some = np.unique(np.linspace(0, n - 1, min(n, _MOST_TOGETHER)).round().astype(np.intp))
    ridge = _ridge(x[:, some], some)
    work = (x.shape[0] * n + len(some) ** 2) * labels.columns.shape[1]
    permutations = int(min(permutations, max(_FEWEST, _MOST_WORK / work)))
    largest, together = [], []
    for shuffled in _shuffled(labels.columns, x.shape[0], seed, permutations):
        one, both = _statistics(x, groups, labels.freedom, ridge, shuffled)
        best = np.array([_normal(sums.max(axis=0), degrees) for sums, degrees in one])
        largest.append(best.max(axis=0))
        together.append(both)
    one, both = _statistics(x, groups, labels.freedom, ridge, labels.columns[:, :, None])
    real, strength = np.empty(len(blocks)), np.empty(len(blocks))
    for group, (sums, degrees) in zip(groups, one, strict=True):
        real[group.features] = _normal(sums[:, 0], degrees)
        strength[group.features] = np.sqrt(sums[:, 0] / ((n - 1) * min(group.freedom, labels.freedom)))
    # Rounding must not part what is the same.
    most, joint = np.round(np.concatenate(largest), 3), np.round(np.concatenate(together), 6)
    real, real_together = np.round(real, 3), np.round(both, 6)
    # Two tests are made, of the best and of all: the smaller p of the two competes with its like.
    smaller = np.sort(np.minimum(_p(most, most, own=True), _p(joint, joint, own=True)))

    def corrected(p: Floats) -> Floats:
        found: Floats = (1 + np.searchsorted(smaller, p * (1 + 1e-9), side="right")) / (permutations + 1)
        return found

    full = np.round([_normal((n - 1.0) * labels.freedom, float(labels.freedom**2))], 3)
    chance = math.exp(-labels.arrangements)
    own = labels.columns[some]
    left_out = _left_out(ridge, own[:, :, None])[:, :, 0]
    return Tested(
        p=corrected(_p(real, most)),
        strength=np.clip(strength, 0, 1),
        together_p=float(corrected(_p(real_together, joint))[0]),
        together=_score(left_out, own),
        by_chance=0.0 if labels.columns.shape[1] == 1 and labels.freedom == 1 else 1 / (labels.freedom + 1),
        reachable=min(1.0, float(corrected(_p(full, most) + chance)[0])),
        permutations=permutations,
    )


def _unit(columns: Floats) -> Floats:
    centred = columns - columns.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    found: Floats = centred / np.where(length > 0, length, 1)
    return found


def _normal(statistic: Floats | float, degrees: Floats | float) -> Floats | float:
    """A chi-squared statistic as a normal deviate, after Wilson and Hilferty."""
    spread = 2 / (9 * degrees)
    return (np.cbrt(statistic / degrees) - (1 - spread)) / np.sqrt(spread)


def _shuffled(columns: Floats, n_features: int, seed: int, permutations: int) -> Iterator[Floats]:
    """Batches of shuffled labels, ``(n, c, batch)``."""
    n, c = columns.shape
    batch = max(1, min(permutations, _BATCH_BYTES // (4 * c * max(n_features, n))))
    rng = np.random.default_rng(seed)
    for first in range(0, permutations, batch):
        orders = np.argsort(rng.random((min(batch, permutations - first), n)), axis=1)
        yield columns[orders].transpose(1, 2, 0)


@dataclass(frozen=True, slots=True)
class _Group:
    """Features of one number of columns and one number of degrees of freedom: rows ``first`` to ``last`` of all."""

    features: npt.NDArray[np.integer]
    first: int
    last: int
    width: int
    freedom: int


def _grouped(blocks: Sequence[Floats], freedoms: Sequence[int]) -> tuple[Floats, list[_Group]]:
    """All columns as rows, alike features side by side, and where they are."""
    kinds = [(block.shape[1], freedom) for block, freedom in zip(blocks, freedoms, strict=True)]
    groups: list[_Group] = []
    rows: list[Floats] = []
    first = 0
    for kind in sorted(set(kinds)):
        features = np.array([at for at, one in enumerate(kinds) if one == kind])
        rows.extend(blocks[at].T for at in features)
        last = first + kind[0] * len(features)
        groups.append(_Group(features, first, last, *kind))
        first = last
    return np.concatenate(rows).astype(np.float32), groups


def _statistics(
    x: Floats, groups: Sequence[_Group], freedom: int, ridge: _Ridge, y: Floats
) -> tuple[list[tuple[Floats, float]], Floats]:
    """For each group the statistics of its features for each column of labels, and their degrees of freedom.

    And for each column of labels how well all features together predict it.
    """
    n, c, batch = y.shape
    product = x @ np.ascontiguousarray(y, dtype=np.float32).reshape(n, c * batch)
    np.square(product, out=product)
    found = []
    for group in groups:
        part = product[group.first : group.last].reshape(-1, group.width, c, batch)
        sums = part[:, 0, 0] if group.width * c == 1 else part.sum(axis=(1, 2))
        found.append(((n - 1) * sums, float(group.freedom * freedom)))
    return found, (_left_out(ridge, y[ridge.cases]) * y[ridge.cases]).sum(axis=(0, 1))


@dataclass(frozen=True, slots=True)
class _Ridge:
    """What turns labels of these cases into residuals, and its diagonal."""

    cases: npt.NDArray[np.integer]
    solve: Floats
    diagonal: Floats


def _ridge(x: Floats, cases: npt.NDArray[np.integer]) -> _Ridge:
    """What turns labels into residuals of leave-one-out prediction, by ridge regression on features and their pairs.

    The kernel is the similarity of two cases over all features, and its square, which sees what only two features
    tell together.
    """
    alike = x.T.astype(np.float64) @ x
    alike /= max(float(np.trace(alike)) / len(alike), 1e-12)
    squared = alike**2
    squared -= squared.mean(axis=0)[None] + squared.mean(axis=1)[:, None] - squared.mean()
    squared /= max(float(np.trace(squared)) / len(squared), 1e-12)
    kernel = (alike + squared) / 2 + _RIDGE * np.eye(len(alike))
    residual = _RIDGE * np.linalg.inv(kernel) - 1 / len(alike)
    return _Ridge(cases, residual, np.maximum(np.diag(residual), 1e-9))


def _left_out(ridge: _Ridge, y: Floats) -> Floats:
    """What the other cases predict of each case: ``y - (R y) / diag(R)``, R giving the residuals of the fit."""
    n, c, batch = y.shape
    residual = (ridge.solve @ y.reshape(n, c * batch)).reshape(n, c, batch) / ridge.diagonal[:, None, None]
    found: Floats = y - residual
    return found


def _p(observed: Floats, shuffled: Floats, *, own: bool = False) -> Floats:
    """The part of the shufflings that reach each observed value, itself counted once."""
    ordered = np.sort(shuffled)
    reach = len(ordered) - np.searchsorted(ordered, observed - 1e-9, side="left")
    found: Floats = (reach + (0 if own else 1)) / (len(ordered) + (0 if own else 1))
    return found


def _score(predicted: Floats, columns: Floats) -> float:
    """Balanced accuracy of classes; correlation where there is one column of numbers, or two classes."""
    if columns.shape[1] == 1:
        spread = float(predicted.std() * columns.std())
        return float(((predicted - predicted.mean()) * columns).mean() / spread) if spread > 0 else 0.0
    truth, told = columns.argmax(axis=1), predicted.argmax(axis=1)
    return float(np.mean([(told[truth == one] == one).mean() for one in np.unique(truth)]))
