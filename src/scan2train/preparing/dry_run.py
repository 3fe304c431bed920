"""What a run would make, from headers, and from the masks where they are asked for. No image is decoded."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.grid import Grid
from scan2train.measures.twins import twins_are_copies
from scan2train.pairing.place import file_of
from scan2train.preparing import records
from scan2train.preparing.costs import cost_of
from scan2train.preparing.detail import factors
from scan2train.preparing.forecast import Forecast
from scan2train.preparing.foreseen import require_unit
from scan2train.preparing.job import Failed, Job
from scan2train.preparing.label_fate import LabelFate, fate_of_labels
from scan2train.preparing.machine import disk_free, memory_free, pace
from scan2train.preparing.sources import without_places
from scan2train.preparing.uptake import require_uptake
from scan2train.reading.lattice import regular_grid
from scan2train.reading.refusals import refusal
from scan2train.runners.here import run_here
from scan2train.runners.processes import run_in_processes
from scan2train.tables import CASES, PLANS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from scan2train.preparing.plan import Plan
    from scan2train.preparing.request import Request
    from scan2train.preparing.run import Progress

#: Before and after, and whether the latter is known or only the most that can be.
_Grids = tuple[Grid, Grid, bool]


def plan_only(
    planned: Plan, request: Request, out: Path, *, jobs: int, check_labels: bool, progress: Progress | None
) -> tuple[pl.DataFrame, Forecast]:
    """The cases table, and what there is to foresee.

    Every case is ``planned``, or ``failed`` where headers, or its mask, tell so much already. In the cases table sizes
    after are empty where a choice of the recipe will decide them; the forecast has the most that they can be.
    """
    rows: dict[str, Mapping[str, Any]] = {}
    grids: dict[str, _Grids] = {}
    for job in planned.jobs:
        if job.case in planned.undecided:
            rows[job.case] = records.row_of_failed(job, planned.undecided[job.case])
            continue
        try:
            require_uptake(job.row, request.reading, request.recipe)
            require_unit(job.row, request.recipe)
            before = _grid_of(planned.loaded(job) if job.row["irregular"] else job, request.reading.irregular)
            rows[job.case] = records.row_of_planned(job, None)
            if before is not None:
                after, known = request.recipe.grid_at_most(before)
                grids[job.case] = (before, after, known)
                rows[job.case] = records.row_of_planned(job, after if known else None)
        except Scan2TrainError as error:
            failed = Failed(
                error=without_places(str(error), job), code=error.code or "", advice=error.advice or ""
            )
            rows[job.case] = records.row_of_failed(job, failed)
    foreseen = [job for job in planned.jobs if job.case in grids]
    labels: list[LabelFate] = []
    if check_labels:
        masks = [(job, grids[job.case][0]) for job in foreseen if job.labels]
        for (job, _), fate in zip(masks, _fates(masks, request, jobs, progress), strict=True):
            if isinstance(fate, str):
                rows[job.case] = records.row_of_failed(job, Failed(error=fate))
                foreseen.remove(job)
            else:
                labels += fate
    speed = pace()
    plans = [_plan(job, grids[job.case], request, speed) for job in foreseen]
    forecast = Forecast(
        cases=PLANS.frame(plans),
        jobs=max(1, min(jobs, len(foreseen))),
        memory_free=memory_free(),
        disk_free=disk_free(out),
        labels=tuple(labels),
    )
    return CASES.frame([dict(rows[job.case]) for job in planned.jobs]), forecast


def _plan(job: Job, grids: _Grids, request: Request, speed: float) -> dict[str, Any]:
    before, after, known = grids
    cost = cost_of(job, before, after, request.recipe, request.store, speed)
    return {
        "case": job.case,
        **records.grid_columns(before, "source_"),
        **records.grid_columns(after, ""),
        **{f"factor_{axis}": factor for axis, factor in zip("ijk", factors(before, after), strict=True)},
        "at_most": not known,
        "labelled": bool(job.labels),
        "n_bytes": cost.n_bytes,
        "disk_bytes": cost.disk_bytes,
        "memory_bytes": cost.memory_bytes,
        "cpu_s": cost.cpu_s,
    }


def _fates(
    masks: Sequence[tuple[Job, Grid]], request: Request, jobs: int, progress: Progress | None
) -> list[tuple[LabelFate, ...] | str]:
    """What becomes of each mask, or why it cannot be taken, in their order."""
    work = partial(fate_of_labels, request.recipe.to_json())
    alone = jobs == 1 or len(masks) < 2
    found: list[tuple[LabelFate, ...] | str] = [""] * len(masks)
    with closing(run_here(work, masks) if alone else run_in_processes(work, masks, jobs)) as outcomes:
        for number, outcome in enumerate(outcomes, start=1):
            found[outcome.at] = outcome.failure or outcome.value
            if progress is not None:
                progress(number, len(masks), masks[outcome.at][0].case)
    return found


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
