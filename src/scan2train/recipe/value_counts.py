"""Values of many cases, counted: exact mean and deviation, and percentiles, without keeping a voxel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.recipe.summary import Summary
from scan2train.volume import Array

#: Of a float32's 23 bits behind the point 12 are kept for counting: whole numbers to ±8192 are exact.
_DROPPED = 11
_KEYS = 1 << (32 - _DROPPED)
#: Values that are counted at a time, so that memory stays flat.
_CHUNK = 1 << 22
#: What a case counts where all count alike, spread over its values.
_ALIKE = 1 << 40


@dataclass(frozen=True, eq=False, kw_only=True)
class ValueCounts(Summary):
    """How often each value came up, and the sums of values and of their squares.

    The sums are fractions and so exact: adding up cases in any order gives the same bits. Values are counted to 13
    binary digits, whole numbers up to ±8192 exactly and others within 1/16384 of themselves, which is what percentiles
    come from; mean and deviation do not.

    Parameters
    ----------
    weight, total, squares
        Number of values (or of cases, where those count alike), sum of the values, sum of their squares.
    keys, counts
        Sorted codes of the values that came up, and how often each did (int64).
    """

    weight: Fraction
    total: Fraction
    squares: Fraction
    keys: Array
    counts: Array

    @classmethod
    def of(cls, values: Array, *, alike: bool = False) -> Self:
        """The summary of one case's ``values``; with ``alike`` it weighs as much as any other case.

        Raises
        ------
        Scan2TrainError
            If a value is not a number, or not finite.
        """
        flat = values.reshape(-1)
        n = flat.size
        counts = np.zeros(_KEYS, np.int64)
        mean, rest, spread = (float(flat.mean(dtype=np.float64)) if n else 0.0), 0.0, 0.0
        if not math.isfinite(mean):
            raise Scan2TrainError("a fit needs finite values", found="NaN or Inf among them")
        for start in range(0, n, _CHUNK):
            part = flat[start : start + _CHUNK]
            counts += np.bincount(_key(part), minlength=_KEYS)
            off = part.astype(np.float64) - mean
            rest += float(off.sum())
            spread += float((off * off).sum())
        keys = np.flatnonzero(counts).astype(np.uint32)
        found = counts[keys]
        m, r, size = Fraction(mean), Fraction(rest), Fraction(n)
        total, squares = size * m + r, Fraction(spread) + 2 * m * r + size * m * m
        if alike and n:
            found = np.rint(found * (_ALIKE / n)).astype(np.int64)
            total, squares, size = total / n, squares / n, Fraction(1)
        return cls(weight=size, total=total, squares=squares, keys=keys, counts=found)

    def merge(self, other: Self) -> Self:
        """Both together."""
        keys, place = np.unique(np.concatenate([self.keys, other.keys]), return_inverse=True)
        counts = np.zeros(keys.size, np.int64)
        np.add.at(counts, place, np.concatenate([self.counts, other.counts]))
        return type(self)(
            weight=self.weight + other.weight,
            total=self.total + other.total,
            squares=self.squares + other.squares,
            keys=keys,
            counts=counts,
        )

    @property
    def mean(self) -> float:
        """Of all values.

        Raises
        ------
        Scan2TrainError
            If there are none.
        """
        self._require_values()
        return float(self.total / self.weight)

    @property
    def std(self) -> float:
        """Of the population; raises as :attr:`mean`."""
        self._require_values()
        mean = self.total / self.weight
        # Exact, so that nothing is lost where the mean is large; of equal values rounding may leave less than nothing.
        return math.sqrt(max(self.squares / self.weight - mean * mean, Fraction(0)))

    def percentile(self, percent: float) -> float:
        """The value below which ``percent`` of all lie, between two by a straight line; raises as :attr:`mean`."""
        self._require_values()
        values = _value(self.keys)
        order = np.argsort(values)
        values, upto = values[order], np.cumsum(self.counts[order])
        rank = percent / 100 * (int(upto[-1]) - 1)
        low = int(rank)
        first, second = (
            float(values[np.searchsorted(upto, min(at, int(upto[-1]) - 1), side="right")])
            for at in (low, low + 1)
        )
        return first + (second - first) * (rank - low)

    def _require_values(self) -> None:
        if not self.weight:
            raise Scan2TrainError(
                "a fit found no value in any case", advice="Look at which voxels it is to be made over."
            )


def _key(values: Array) -> Array:
    bits = (values.astype(np.float32) + np.float32(0)).view(np.uint32)  # -0 is 0
    # Rounded, not cut: a carry goes on into the exponent, which is the next value.
    return ((bits.astype(np.int64) + (1 << (_DROPPED - 1))) >> _DROPPED).astype(np.int64)


def _value(keys: Array) -> Array:
    return (keys.astype(np.uint32) << np.uint32(_DROPPED)).view(np.float32).astype(np.float64)
