"""A plan carried out in a folder of its own: what an earlier run finished is kept, the rest is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from scan2train.errors import OutputDamaged
from scan2train.preparing import records
from scan2train.preparing.account import to_bytes
from scan2train.preparing.beside import write_beside
from scan2train.preparing.fit_recipe import Fit
from scan2train.preparing.job import Failed
from scan2train.preparing.layouts import Folds
from scan2train.preparing.lock import hold
from scan2train.preparing.machine import cores
from scan2train.preparing.output import Output
from scan2train.preparing.ownership import FIT, RECIPE, refuse_what_is_not_ours
from scan2train.preparing.plan import Plan
from scan2train.preparing.request import Request
from scan2train.preparing.result import Prepared
from scan2train.preparing.run import Progress, run
from scan2train.preparing.setting_out import set_out
from scan2train.preparing.stacked import write_stacks
from scan2train.preparing.tally import Tally

if TYPE_CHECKING:
    from scan2train.index import Index


def carry_out(
    planned: Plan,
    request: Request,
    out: Path,
    found: Index,
    *,
    fitting: Callable[[], Fit | None] = lambda: None,
    folds: Folds = MappingProxyType({}),
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Prepared:
    """Make the cases of a plan in ``out``, going on where an earlier run of the same request stopped.

    ``fitting`` finds what the recipe waits for; it is called once the folder is this run's own. ``folds`` are those
    that nnU-Net is told of.

    Raises
    ------
    OutputInUse, OutputDamaged
        As :func:`prepare`.
    """
    try:
        refuse_what_is_not_ours(out)
        out.mkdir(parents=True, exist_ok=True)
        with hold(out):
            return _made(planned, request, fitting(), folds, out, found, jobs, progress)
    except OSError as error:
        raise OutputDamaged(
            "cannot write the output", where=error.filename or out, found=error.strerror or error
        ) from error


def _made(
    planned: Plan,
    request: Request,
    fit: Fit | None,
    folds: Folds,
    out: Path,
    found: Index,
    jobs: int | None,
    progress: Progress | None,
) -> Prepared:
    request = request if fit is None else replace(request, recipe=fit.recipe)
    # A case that cannot be decided has no key, so that what an earlier run made of it does not stay.
    keys = {
        job.case: "" if job.case in planned.undecided else request.key_of(planned.loaded(job))
        for job in planned.jobs
    }
    output = Output.open(out, request, keys, planned.roots, fitted=fit is not None)
    recipe_text = request.recipe.as_written() if fit is None else fit.to_toml()
    texts = {RECIPE: recipe_text.encode()}
    if fit is not None:
        texts[FIT] = to_bytes(fit.to_json())
    write_beside(out, output.journal, texts)
    tally = Tally(store=request.store)
    todo = []
    for job in planned.jobs:
        if job.case in planned.undecided:
            tally.failed(job, planned.undecided[job.case])
        elif job.case in output.finished:
            entry, account = output.finished[job.case]
            tally.done(job, account, entry.files)
        else:
            todo.append(job)
    for job, result in run(planned, todo, output, request, jobs or cores(), progress):
        if isinstance(result, Failed):
            tally.failed(job, result)
        else:
            tally.done(job, result.account, result.files)
    cases, findings = tally.write(out, planned, request, found, output.journal)
    if request.stack:
        write_stacks(out, cases)
    laid_out = [f"{output.unlaid}: taken down"] if output.unlaid else []
    if request.layout != "plain":
        laid_out.append(set_out(out, request, cases, tally, folds, output.journal))
    states = cases["state"].to_list()
    return Prepared(
        out=out,
        cases=cases,
        findings=findings,
        of_cases=tally.findings,
        skipped=records.skipped_table(found, planned.left_out),
        n_done=states.count("done"),
        n_failed=states.count("failed"),
        fitted="" if fit is None else fit.told,
        laid_out="; ".join(laid_out),
    )
