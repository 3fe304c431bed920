"""How alike two series of values are, 0 to 1: measured at places of its own, apart from what an optimiser sees."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import numpy as np

from scan2train.grid import FloatArray
from scan2train.tools.register.itk import moved_points, through
from scan2train.tools.register.scan import Scan
from scan2train.volume import Mask

_BINS = 24
#: Two numbers of how alike scans are differ where they differ by more.
SAME = 0.003
#: Fewer places that both scans show say nothing.
FEWEST = 200


class Metric(StrEnum):
    """What is made as large as it can be."""

    CORRELATION = "correlation"
    INFORMATION = "mutual-information"


@dataclass(frozen=True, eq=False, kw_only=True)
class Held:
    """Places in the fixed scan, between its voxels, and its values there.

    ``points`` are LPS+ mm, ``(n, 3)``.
    """

    points: FloatArray
    values: FloatArray
    metric: Metric

    @classmethod
    def drawn(cls, fixed: Scan, where: Mask, metric: Metric, count: int, seed: int) -> Self:
        """At most ``count`` places where ``where``, ``(k, j, i)``, is true."""
        rng = np.random.default_rng([seed, count])
        flat = np.flatnonzero(where)
        if flat.size > count:
            flat = np.sort(rng.choice(flat, count, replace=False))
        index = np.stack(np.unravel_index(flat, where.shape)[::-1], axis=1)
        shaken = index + rng.uniform(-0.5, 0.5, index.shape)
        points = moved_points(fixed.affine, shaken)
        values, seen = fixed.at(points)
        return cls(points=points[seen], values=values[seen], metric=metric)

    def through(self, transform: Any) -> FloatArray:
        """The points through a 4×4, or a SimpleITK transform."""
        if isinstance(transform, np.ndarray):
            return moved_points(transform, self.points)
        return through(transform, self.points)

    def alike(self, moving: Scan, places: FloatArray, among: Mask | None = None) -> tuple[float, Mask]:
        """How alike the two are where both are seen, and where that is; ``nan`` where it is hardly anywhere.

        ``places`` are the points' places in the moving scan; of the points only those ``among`` are looked at.
        """
        values, seen = moving.at(places)
        if among is not None:
            seen = seen & among
        if int(seen.sum()) < FEWEST:
            return float("nan"), seen
        measure = correlation if self.metric is Metric.CORRELATION else information
        return measure(self.values[seen], values[seen]), seen


def correlation(one: FloatArray, other: FloatArray) -> float:
    """Pearson's; 0 where one of the two is the same everywhere."""
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else 0.0


def information(one: FloatArray, other: FloatArray) -> float:
    """√(1 − exp(−2·MI)): what Pearson's would be for normal values of the same mutual information (Linfoot 1957).

    MI by a histogram of 24 × 24, its bias taken off (Miller and Madow).
    """
    codes = []
    for values in (one, other):
        low, high = np.percentile(values, (0.5, 99.5))
        codes.append(np.clip((values - low) / max(high - low, 1e-9) * _BINS, 0, _BINS - 1).astype(np.int64))
    counts = np.bincount(codes[0] * _BINS + codes[1], minlength=_BINS * _BINS).reshape(_BINS, _BINS)
    total = counts.sum()
    across, down = counts.sum(axis=0), counts.sum(axis=1)
    there = counts > 0
    chance = np.outer(down, across)[there] / total
    found = float((counts[there] * np.log(counts[there] / chance)).sum() / total)
    cells = int(there.sum()) - int((across > 0).sum()) - int((down > 0).sum()) + 1
    return float(np.sqrt(1 - np.exp(-2 * max(found - cells / (2 * total), 0.0))))
