"""What a split is to balance besides the number of cases: columns of the table, and labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.preparing.account import count_voxels
from scan2train.preparing.plan import Plan
from scan2train.preparing.prepared import prepared_cases
from scan2train.preparing.read_labels import read_labels
from scan2train.volume import Labels, Volume

if TYPE_CHECKING:
    import polars as pl

Floats = npt.NDArray[np.float64]
#: The word for presence and volume of each label.
LABELS = "labels"
#: A column of numbers with more values than this is cut into quarters of the cases.
_MOST_LEVELS = 8
#: How much the volume of a label counts beside its presence.
_VOLUME = 0.5
#: Millilitres of each label of a case.
Volumes = Mapping[str, Mapping[int, float]]


def features(table: pl.DataFrame, stratify: Sequence[str], volumes: Volumes) -> Floats:
    """``(cases, features)``: one column a level of each column of the table, and two a label.

    Raises
    ------
    WrongUse
        If there is no such column.
    """
    found = [np.ones((table.height, 1))]
    for name in stratify:
        if name == LABELS:
            found.append(_of_labels([volumes.get(case, {}) for case in table["case"]]))
        elif name in table.columns and not table[name].dtype.is_nested():
            found.append(_of_column(table[name]))
        else:
            raise WrongUse(
                "there is no such column to stratify by",
                expected=f"{LABELS}, or one of {', '.join(table.columns)}",
                found=name,
            )
    return np.concatenate(found, axis=1)


def _of_column(column: pl.Series) -> Floats:
    if column.dtype.is_numeric() and column.n_unique() > _MOST_LEVELS:
        values = column.fill_null(column.median()).to_numpy().astype(np.float64)
        levels = np.searchsorted(np.quantile(values, (0.25, 0.5, 0.75)), values).tolist()
    else:
        levels = ["" if one is None else one for one in column]
    every = sorted(set(levels), key=str)
    return np.array([[float(level == one) for one in every] for level in levels])


def _of_labels(volumes: Sequence[Mapping[int, float]]) -> Floats:
    """Presence of each label, and its volume, scaled so that it sums to a part of the cases that have it."""
    every = sorted({value for one in volumes for value in one})
    there = np.array([[float(one.get(value, 0) > 0) for value in every] for one in volumes])
    ml = np.array([[one.get(value, 0.0) for value in every] for one in volumes])
    if not every:
        return np.zeros((len(volumes), 0))
    scaled = ml / ml.sum(axis=0) * there.sum(axis=0) * _VOLUME
    return np.concatenate((there, scaled), axis=1)


def label_volumes(out: Path | None, future: Plan | None, read: Callable[[str], Volume]) -> Volumes:
    """Millilitres of each label but the background: from the accounts of a prepared set; those of a source are read."""
    if future is None:
        assert out is not None
        return {
            name: _ml(case.account.get("labels", {}).get("voxels", {}), case.after.spacing)
            for name, case in prepared_cases(out).items()
        }
    found = {}
    for job in future.jobs:
        if job.labels:
            labels = read_labels(job.labels, read(job.case))
            assert isinstance(labels, Labels)
            found[job.case] = _ml(count_voxels(labels), labels.grid.spacing)
    return found


def _ml(
    voxels: Mapping[int, int] | Mapping[str, int], spacing: tuple[float, float, float]
) -> dict[int, float]:
    each = float(np.prod(spacing)) / 1000
    return {int(value): count * each for value, count in voxels.items() if int(value) != 0 and count > 0}
