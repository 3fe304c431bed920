"""Volumes and a recipe in, training-ready cases out: the main job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.errors import CasesFailed, OutputDamaged
from scan2train.preparing import records
from scan2train.preparing.account import to_bytes
from scan2train.preparing.atomic import write_whole
from scan2train.preparing.dry_run import plan_only
from scan2train.preparing.fit import unfit
from scan2train.preparing.fit_recipe import FIT, Fit, fit_recipe, require_cases_to_fit_on
from scan2train.preparing.given import Source, cores, index_of
from scan2train.preparing.job import Failed
from scan2train.preparing.lock import hold
from scan2train.preparing.output import Output
from scan2train.preparing.ownership import refuse_what_is_not_ours
from scan2train.preparing.plan import Plan, plan
from scan2train.preparing.request import Request
from scan2train.preparing.run import Progress, run
from scan2train.preparing.setting_out import set_out
from scan2train.preparing.splitting import Split, split_plan
from scan2train.preparing.stacked import write_stacks
from scan2train.preparing.tally import Tally
from scan2train.reading.options import Options
from scan2train.recipe import Recipe

if TYPE_CHECKING:
    import polars as pl

    from scan2train.index import Index


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
    unfit
        A sentence for each reason why cases are not fit for the recipe's task, as far as headers tell.
    split, fitted
        A sentence on how many cases are in which part of the set, and one on what the recipe's numbers were fitted on;
        empty where neither was asked for.
    laid_out
        A sentence on the layout's folder; empty where the layout is plain.
    """

    out: Path
    cases: pl.DataFrame
    findings: tuple[Mapping[str, Any], ...] = ()
    skipped: pl.DataFrame
    n_done: int = 0
    n_failed: int = 0
    n_bytes: int = 0
    unfit: tuple[str, ...] = ()
    split: str = ""
    fitted: str = ""
    laid_out: str = ""

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
    split: str | Path | None = None,
    fold: int | None = None,
    fit_on: str = "train",
    salt: str | Path | None = None,
    dataset_id: int = 900,
    dataset_name: str | None = None,
    stack: bool = False,
    dry_run: bool = False,
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
    split, fold
        A file that says which cases are for training, validation and test (``split.json``, ``splits_final.json`` of
        nnU-Net, or a CSV with the columns case and split), and which of its folds is meant. The parts go into
        ``cases.parquet``, and what the recipe measures ``over = "dataset"`` is fitted on the training cases before the
        run.
    fit_on
        ``"train"``, or ``"all"`` to fit such a recipe on every case whatever the split.
    salt
        The salt file that the index was made with, for Patient IDs in ``split``; the user's own if not given.
    store
        How volumes are stored: ``"nifti"``, ``"zarr"`` (OME-Zarr), ``"b2nd"`` (Blosc2) or ``"npy"``.
    layout
        ``"plain"``, or beside it the folders that nnU-Net (``"nnunet"``) or the Medical Segmentation Decathlon
        (``"msd"``) want, with links to the cases' files; these two for ``store="nifti"``.
    dataset_id, dataset_name
        Number and name of the layout's folder; the name is the recipe's if not given.
    stack
        With ``store="npy"``: also write all cases as one array each of images, labels and masks, ``(N, i, j, k)``.
        Their shapes must be equal.
    dry_run
        Plan only: decode nothing and write nothing.
    progress
        Called with the number of cases made, their total, and the name of the last.

    Returns
    -------
    Prepared
        Cases that failed are recorded in it, and are not the end of the run.

    Raises
    ------
    WrongUse
        If an argument cannot be meant, or the recipe waits for numbers of training cases and nothing says which these
        are.
    NoImages
        If there is nothing to prepare.
    Scan2TrainError
        If the recipe cannot be fitted.
    OutputInUse
        If another run holds ``out``, or it holds something else than this run's earlier work.
    OutputDamaged
        If ``out`` cannot be written.
    """
    request = Request.checked(
        recipe,
        Options(irregular=irregular, suv=suv),
        seed,
        store,
        layout,
        (dataset_id, dataset_name),
        stack=stack,
    )
    out = Path(out).absolute()
    require_cases_to_fit_on(request.recipe, split, fit_on)
    found = index_of(source, jobs, salt)
    planned = plan(found, out, labels=labels, where=where, choices=choices, irregular=irregular, seed=seed)
    parts = None if split is None else _split(planned, found, split, fold, salt)
    planned = planned if parts is None else parts.planned
    told = "" if parts is None else parts.told
    skipped = records.skipped_table(found, planned.left_out)
    doubts = unfit((job.row for job in planned.jobs), request.recipe)
    if dry_run:
        cases, n_bytes = plan_only(planned, request)
        n_failed = cases["state"].to_list().count("failed")
        return Prepared(
            out=out,
            cases=cases,
            skipped=skipped,
            n_failed=n_failed,
            n_bytes=n_bytes,
            unfit=doubts,
            split=told,
        )
    try:
        refuse_what_is_not_ours(out)
        out.mkdir(parents=True, exist_ok=True)
        with hold(out):
            fit = _fit(planned, request, parts if fit_on == "train" else None, out, jobs, progress)
            made = _carry_out(planned, request, fit, out, found, skipped, jobs, progress)
            return replace(made, unfit=doubts, split=told)
    except OSError as error:
        raise OutputDamaged(
            "cannot write the output", where=error.filename or out, found=error.strerror or error
        ) from error


def _split(
    planned: Plan, found: Index, split: str | Path, fold: int | None, salt: str | Path | None
) -> Split:
    from scan2train.indexing.salt import read_salt

    return split_plan(planned, found, split, fold, read_salt(salt))


def _fit(
    planned: Plan,
    request: Request,
    parts: Split | None,
    out: Path,
    jobs: int | None,
    progress: Progress | None,
) -> Fit | None:
    """What the recipe waits for, out of the training cases, or of all without ``parts``; ``None`` if it waits not."""
    if request.recipe.waiting is None:
        return None
    return fit_recipe(
        planned,
        request,
        planned.jobs if parts is None else parts.training,
        fold=None if parts is None else parts.fold,
        on_all=parts is None,
        jobs=jobs or cores(),
        known=out / FIT,
        progress=progress,
    )


def _carry_out(
    planned: Plan,
    request: Request,
    fit: Fit | None,
    out: Path,
    found: Index,
    skipped: pl.DataFrame,
    jobs: int | None,
    progress: Progress | None,
) -> Prepared:
    request = request if fit is None else replace(request, recipe=fit.recipe)
    # A case that cannot be decided has no key, so that what an earlier run made of it does not stay.
    keys = {
        job.case: "" if job.case in planned.undecided else request.key_of(planned.loaded(job))
        for job in planned.jobs
    }
    output = Output.open(out, request.to_json(), keys, planned.roots)
    recipe_text = request.recipe.as_written() if fit is None else fit.to_toml()
    write_whole(out / "recipe.toml", recipe_text.encode())
    if fit is not None:
        write_whole(out / FIT, to_bytes(fit.to_json()))
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
    cases, findings = tally.write(out, planned, request, found)
    if request.stack:
        write_stacks(out, cases)
    laid_out = set_out(out, request, cases, tally) if request.layout != "plain" else ""
    states = cases["state"].to_list()
    return Prepared(
        out=out,
        cases=cases,
        findings=findings,
        skipped=skipped,
        n_done=states.count("done"),
        n_failed=states.count("failed"),
        fitted="" if fit is None else fit.told,
        laid_out=laid_out,
    )
