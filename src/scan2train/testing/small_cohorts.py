"""Small data sets of two classes, with a table of labels: what ``leaks`` and its rules are tested with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.testing.small import Build, small_series

#: Name of the table of labels in the folder that is filled.
LABELS = "labels.csv"


def small_cohort(
    *,
    tags: Callable[[int, bool], Mapping[Any, Any]],
    cases: int = 16,
    folder: Callable[[int, bool], str] = lambda n, _ill: f"case{n:03d}",
    patient: Callable[[int, bool], str] | None = None,
    ill: Callable[[int], bool] | None = None,
    shape: tuple[int, int, int] = (5, 4, 1),
) -> Build:
    """One small series a case, half of the cases ill, in no order; ``labels.csv`` says which.

    Parameters
    ----------
    tags
        From the number of a case, and whether it is ill, to attributes of its series.
    cases
        How many there are.
    folder
        The folder of a case, below the folder that is filled; its last part is the case's name in the table.
    patient
        The PatientID, the folder's name if not given.
    ill
        Which cases are ill; half of them, drawn once and for all, if not given.
    shape
        Of each series, in voxels.
    """
    drawn = set(np.random.default_rng(11).permutation(cases)[: cases // 2].tolist())

    def build(root: Path) -> object:
        rows = ["case,label"]
        for n in range(cases):
            sick = ill(n) if ill else n in drawn
            place = folder(n, sick)
            name = place.rpartition("/")[2]
            own = patient(n, sick) if patient else name
            made = small_series(shape=shape, below=place, patient=own, tags=dict(tags(n, sick)), seed=n + 1)
            made(root)
            rows.append(f"{name},{'ill' if sick else 'well'}")
        return (root / LABELS).write_text("\n".join(rows) + "\n", encoding="utf-8")

    return build
