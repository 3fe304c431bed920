"""What a run would make, from headers alone."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.grid import Grid
from scan2train.measures.twins import twins_are_copies
from scan2train.pairing.place import file_of
from scan2train.preparing import records
from scan2train.preparing.job import Failed, Job
from scan2train.preparing.sources import without_place
from scan2train.preparing.unit import require_uptake
from scan2train.reading.lattice import regular_grid
from scan2train.reading.refusals import refusal
from scan2train.tables import CASES

if TYPE_CHECKING:
    import polars as pl

    from scan2train.preparing.plan import Plan
    from scan2train.preparing.request import Request


def plan_only(planned: Plan, request: Request) -> tuple[pl.DataFrame, int]:
    """The cases table, and the bytes of all voxels to be written, uncompressed.

    Every case is ``planned``, or ``failed`` where headers tell so much already.
    Sizes after are empty where a choice of the recipe will decide them; the size before is counted there.
    """
    rows, n_bytes = [], 0
    for job in planned.jobs:
        if job.case in planned.undecided:
            rows.append(records.row_of_failed(job, planned.undecided[job.case]))
            continue
        try:
            require_uptake(job.row, request.reading, request.recipe)
            before = _grid_of(planned.loaded(job) if job.row["irregular"] else job, request.reading.irregular)
            after = None if before is None else request.recipe.grid(before)
        except Scan2TrainError as error:
            failed = Failed(
                error=without_place(str(error), job.row), code=error.code or "", advice=error.advice or ""
            )
            rows.append(records.row_of_failed(job, failed))
            continue
        largest = after or before
        if largest is not None:
            # float32 voxels, and a byte a voxel of labels.
            n_bytes += prod(largest.shape) * (5 if job.labels else 4)
        rows.append(records.row_of_planned(job, after))
    return CASES.frame(rows), n_bytes


def _grid_of(job: Job, irregular: str) -> Grid | None:
    row = job.row
    if row["irregular"]:
        lattice = regular_grid(row)[1] if irregular == "regrid" else None
        if lattice is not None:
            return lattice.grid
        refused = refusal(row, str(file_of(row)))
        if refused is not None and not (row["irregular"] == "duplicate-positions" and twins_are_copies(row)):
            raise refused
    if row["affine"] is None:
        return None
    shape = (row["size_i"], row["size_j"], row["size_k"])
    return Grid(shape, np.reshape(row["affine"], (4, 4)), bool(row["physical"]))
