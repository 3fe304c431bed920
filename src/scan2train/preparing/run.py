"""The run itself: the cases that are left to do, spread over workers, each put in its place as it is finished."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial

from scan2train.errors import OutputDamaged
from scan2train.preparing.case import make_case
from scan2train.preparing.job import Failed, Job, Made
from scan2train.preparing.ordered import Ordered
from scan2train.preparing.output import Output, remove
from scan2train.preparing.plan import Plan
from scan2train.preparing.request import Request
from scan2train.runners.here import run_here
from scan2train.runners.outcome import Outcome
from scan2train.runners.processes import run_in_processes

Progress = Callable[[int, int, str], None]


def run(
    planned: Plan, todo: Sequence[Job], output: Output, request: Request, jobs: int, progress: Progress | None
) -> Iterator[tuple[Job, Made | Failed]]:
    """Make each case and yield what became of it, in whatever order they end.

    Raises
    ------
    OutputDamaged
        If the output folder cannot be written any more; finished cases stay.
    """
    ordered = Ordered.largest_first(planned, todo, output.folder_for)
    work = partial(make_case, request.recipe.to_json(), request.reading, request.store)
    outcomes = run_here(work, ordered) if jobs == 1 else run_in_processes(work, ordered, jobs)
    try:
        with closing(outcomes):
            for number, outcome in enumerate(outcomes, start=1):
                job = ordered.jobs[outcome.at]
                folder = output.folder_for(job.case)
                result = _failed(outcome) if outcome.failure else outcome.value
                if isinstance(result, Made):
                    output.commit(job, result)
                else:
                    remove(folder)
                    if result.fatal:
                        raise OutputDamaged(
                            result.error,
                            advice="Make room or choose another disk, then run again: finished cases are kept.",
                        )
                if progress is not None:
                    progress(number, len(ordered), job.case)
                yield job, result
    finally:
        for job in ordered.jobs:
            remove(output.folder_for(job.case))


def _failed(outcome: Outcome) -> Failed:
    if not outcome.died:
        return Failed(error=outcome.failure)
    return Failed(
        error=outcome.failure,
        code="FIL001",
        advice="Its files may be damaged so that they crash their decoder, or too large for the memory that is there.",
    )
