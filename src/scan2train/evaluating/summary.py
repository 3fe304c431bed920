"""Scores over cases: mean, spread, and how sure the mean is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from scan2train.evaluating.score import Score

#: How often cases are drawn anew, and between which percentiles the means of the draws are told.
DRAWS = 2000
_LOW, _HIGH = 2.5, 97.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A metric of a label over cases; ``label`` ``None``: of the mean over each case's labels.

    ``n`` cases have a value and ``null`` have none; in ``missed`` of all, one of the two masks is empty. ``low`` to
    ``high`` is the 95 % confidence interval of the mean over cases; ``None`` where there is but one.
    """

    label: int | None
    name: str
    metric: str
    unit: str
    definition: str
    n: int
    null: int
    missed: int
    mean: float | None
    sd: float | None
    median: float | None
    minimum: float | None
    maximum: float | None
    low: float | None
    high: float | None

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return asdict(self)


def summary_of(scores: Iterable[Score], seed: int = 0) -> list[Summary]:
    """A row for each label, metric and unit, in the order of the scores, and one for each metric and unit over labels.

    The interval is that of the percentile bootstrap: ``DRAWS`` times as many cases as there are with a value are drawn
    with replacement. The draws depend on ``seed`` and on the number of cases alone.
    """
    groups: dict[tuple[int, tuple[str, str]], list[Score]] = {}
    for one in scores:
        # Millimetres and pixels have no mean.
        groups.setdefault((one.label, (one.metric, one.unit)), []).append(one)
    rows = [_row(label, group, [one.value for one in group], seed) for (label, _), group in groups.items()]
    if len({label for label, _ in groups}) > 1:
        for metric in dict.fromkeys(metric for _, metric in groups):
            every = [one for (_, own), group in groups.items() if own == metric for one in group]
            rows.append(_row(None, every, _means(every), seed))
    return rows


def _means(scores: list[Score]) -> list[float | None]:
    """The mean over the labels of each case."""
    cases: dict[str, list[float]] = {}
    for one in scores:
        cases.setdefault(one.case, []).extend([] if one.value is None else [one.value])
    return [float(np.mean(values)) if values else None for values in cases.values()]


def _row(label: int | None, scores: list[Score], values: list[float | None], seed: int) -> Summary:
    known = np.array([value for value in values if value is not None], np.float64)
    n = len(known)
    low, high = _interval(known, seed) if n > 1 else (None, None)
    first = scores[0]
    return Summary(
        label=label,
        name=first.name if label is not None else "mean over labels",
        metric=first.metric,
        unit=first.unit,
        definition=first.definition,
        n=n,
        null=len(values) - n,
        missed=sum((one.truth == 0) != (one.prediction == 0) for one in scores),
        mean=float(known.mean()) if n else None,
        sd=float(known.std(ddof=1)) if n > 1 else None,
        median=float(np.median(known)) if n else None,
        minimum=float(known.min()) if n else None,
        maximum=float(known.max()) if n else None,
        low=low,
        high=high,
    )


def _interval(values: npt.NDArray[np.float64], seed: int) -> tuple[float, float]:
    drawn = np.random.default_rng(seed).integers(0, len(values), (DRAWS, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), (_LOW, _HIGH))
    return float(low), float(high)
