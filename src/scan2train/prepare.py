"""Volumes and a recipe in, training-ready cases out: the main job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.errors import CasesFailed, OutputDamaged
from scan2train.index import Index, index
from scan2train.preparing import records
from scan2train.preparing.atomic import write_whole
from scan2train.preparing.dry_run import plan_only
from scan2train.preparing.fit import unfit
from scan2train.preparing.forecast import Forecast
from scan2train.preparing.job import Failed
from scan2train.preparing.lock import hold
from scan2train.preparing.machine import cores
from scan2train.preparing.output import Output
from scan2train.preparing.ownership import refuse_what_is_not_ours
from scan2train.preparing.plan import Plan, plan
from scan2train.preparing.request import Request
from scan2train.preparing.run import Progress, run
from scan2train.preparing.tally import Tally
from scan2train.reading.options import Options
from scan2train.recipe import Recipe

if TYPE_CHECKING:
    import polars as pl

Source = Index | str | Path | Sequence[str | Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What a run made.

    Parameters
    ----------
    out
        The output folder.
    cases
        The cases table, one row a case; after a dry run the plan, its state ``planned``.
    findings
        As in ``check --format json``: what is worth knowing about cases and skipped files.
    skipped
        Files that gave no image and volumes that became no case, each with a reason.
    n_done, n_failed
        Cases that are there, those of earlier runs included, and those that could not be made.
    n_bytes
        Size of the voxels to be written, uncompressed, after a dry run; 0 otherwise.
    forecast
        After a dry run: sizes and costs of each case and of all, what the spacing destroys, which labels vanish.
    unfit
        A sentence for each reason why cases are not fit for the recipe's task, as far as headers tell.
    """

    out: Path
    cases: pl.DataFrame
    findings: tuple[Mapping[str, Any], ...] = ()
    skipped: pl.DataFrame
    n_done: int = 0
    n_failed: int = 0
    n_bytes: int = 0
    forecast: Forecast | None = None
    unfit: tuple[str, ...] = ()

    def raise_for_failures(self) -> None:
        """Do nothing where every case was made.

        Raises
        ------
        CasesFailed
            Otherwise; names the first.
        """
        if self.n_failed:
            failed = self.cases.filter(self.cases["state"] == "failed")
            first = failed.row(0, named=True)
            raise CasesFailed(
                f"{self.n_failed} of {self.cases.height} cases could not be made",
                where=self.out,
                found=f"{first['case']}: {first['error']}",
                advice="All of them stand in cases.parquet, with the reason.",
            )


def prepare(
    source: Source,
    recipe: Recipe | str | Path,
    out: str | Path,
    *,
    labels: str | Path | None = "auto",
    where: str | None = None,
    choices: str | Path | None = None,
    irregular: str = "refuse",
    suv: str | None = None,
    seed: int = 0,
    jobs: int | None = None,
    store: str = "nifti",
    layout: str = "plain",
    dry_run: bool = False,
    check_labels: bool = True,
    progress: Progress | None = None,
) -> Prepared:
    """Make a training-ready case of every volume, and write down beside it what was done.

    Running it again goes on where an earlier run stopped: only what is not finished, or depends on something
    that has changed since, is done. The same sources, recipe and seed give the same bytes, whatever the number
    of jobs.

    Parameters
    ----------
    source
        An index, or the files and folders to make one of.
    recipe
        A recipe, a preset's name, or a TOML file.
    out
        The folder to write; its files are described in the documentation.
    labels
        Where the labels are: ``"auto"`` looks beside the images, in the usual layouts; a folder or a glob pattern
        holds files named as the images; ``None`` leaves labels out. DICOM structure sets and segmentations belong to
        the series that they name.
    where
        Only volumes for which this is true: SQL over the columns of the volumes table. Unless it speaks of
        ``role``, only those whose role is ``volume``.
    choices
        A table (CSV or Parquet) with the columns ``volume`` and ``choice``: accept or reject.
    irregular
        What to do with uneven, missing or doubled slices, as for :func:`scan2train.read.read`.
    suv
        PET as standardised uptake values, as for :func:`scan2train.read.read`.
    seed
        For everything that draws; each case's own follows from it and from the case's name.
    jobs
        Number of processes; as many as there are cores if not given, none besides this one for 1 where nothing
        compressed is to be decoded.
    store, layout
        How volumes are stored and folders laid out.
    dry_run
        Plan only: decode no image and write nothing; ``forecast`` of the result says what would come out.
    check_labels
        In a dry run, whether masks are read, to see which small labels would vanish.
    progress
        Called with the number of cases made, their total, and the name of the last.

    Returns
    -------
    Prepared
        Cases that failed are recorded in it, and are not the end of the run.

    Raises
    ------
    WrongUse
        If an argument cannot be meant.
    NoImages
        If there is nothing to prepare.
    OutputInUse
        If another run holds ``out``, or it holds something else than this run's earlier work.
    OutputDamaged
        If ``out`` cannot be written.
    """
    request = Request.checked(recipe, Options(irregular=irregular, suv=suv), seed, store, layout)
    out = Path(out).absolute()
    found = _index_of(source, jobs)
    planned = plan(found, out, labels=labels, where=where, choices=choices, irregular=irregular, seed=seed)
    skipped = records.skipped_table(found, planned.left_out)
    doubts = unfit((job.row for job in planned.jobs), request.recipe)
    if dry_run:
        cases, forecast = plan_only(
            planned, request, out, jobs=jobs or cores(), check_labels=check_labels, progress=progress
        )
        n_failed = cases["state"].to_list().count("failed")
        return Prepared(
            out=out,
            cases=cases,
            skipped=skipped,
            n_failed=n_failed,
            n_bytes=forecast.n_bytes,
            forecast=forecast,
            unfit=doubts,
        )
    try:
        refuse_what_is_not_ours(out)
        out.mkdir(parents=True, exist_ok=True)
        with hold(out):
            made = _carry_out(planned, request, out, found, skipped, jobs, progress)
            return replace(made, unfit=doubts)
    except OSError as error:
        raise OutputDamaged(
            "cannot write the output", where=error.filename or out, found=error.strerror or error
        ) from error


def _index_of(source: Source, jobs: int | None) -> Index:
    if isinstance(source, Index):
        return source
    return index(*([source] if isinstance(source, (str, Path)) else source), jobs=jobs)


def _carry_out(
    planned: Plan,
    request: Request,
    out: Path,
    found: Index,
    skipped: pl.DataFrame,
    jobs: int | None,
    progress: Progress | None,
) -> Prepared:
    # A case that cannot be decided has no key, so that what an earlier run made of it does not stay.
    keys = {
        job.case: "" if job.case in planned.undecided else request.key_of(planned.loaded(job))
        for job in planned.jobs
    }
    output = Output.open(out, request.to_json(), keys, planned.roots)
    write_whole(out / "recipe.toml", request.recipe.as_written().encode())
    tally = Tally()
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
    cases, findings = tally.write(out, planned, request, found)
    states = cases["state"].to_list()
    return Prepared(
        out=out,
        cases=cases,
        findings=findings,
        skipped=skipped,
        n_done=states.count("done"),
        n_failed=states.count("failed"),
    )
