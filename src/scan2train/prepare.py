"""Volumes and a recipe in, training-ready cases out: the main job."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scan2train.preparing import records
from scan2train.preparing.apart import require_apart
from scan2train.preparing.beside import unchanged
from scan2train.preparing.carry_out import carry_out
from scan2train.preparing.dry_run import plan_only
from scan2train.preparing.fit import unfit
from scan2train.preparing.fit_recipe import Fit, fit_recipe, require_cases_to_fit_on
from scan2train.preparing.given import Source, index_of, places_of, places_of_labels
from scan2train.preparing.layouts import Folds
from scan2train.preparing.lock import refuse_if_held
from scan2train.preparing.machine import cores
from scan2train.preparing.one_channel import require_one_channel
from scan2train.preparing.ownership import FIT
from scan2train.preparing.plan import Plan, plan
from scan2train.preparing.request import Request
from scan2train.preparing.result import Prepared
from scan2train.preparing.roles import roles_for
from scan2train.preparing.run import Progress
from scan2train.preparing.splitting import Split, folds_of, split_plan
from scan2train.reading.options import Options
from scan2train.recipe import Recipe

if TYPE_CHECKING:
    from scan2train.index import Index


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
        ``role``, only those whose role is ``volume``, and with a recipe for films (its task) also ``picture``.
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
        If an argument cannot be meant, ``out`` lies in a source or holds one, or the recipe waits for numbers of
        training cases and nothing says which these are.
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
    if not dry_run:
        refuse_if_held(out)  # at once, and not after the sources are read
    require_cases_to_fit_on(request.recipe, split, fold, fit_on)
    require_apart((*places_of(source), *places_of_labels(labels)), out)
    found = index_of(source, jobs, salt)
    roles = roles_for(request.recipe)
    planned = plan(
        found, labels=labels, where=where, choices=choices, irregular=irregular, seed=seed, roles=roles
    )
    require_one_channel(planned.jobs, request.layout)
    parts = None if split is None else _split(planned, found, split, fold, salt)
    fitted_on = parts if fit_on == "train" else None
    planned = planned if parts is None else parts.planned
    told = "" if parts is None else parts.told
    doubts = unfit((job.row for job in planned.jobs), request.recipe)
    if dry_run:
        cases, forecast = plan_only(
            planned, request, out, jobs=jobs or cores(), check_labels=check_labels, progress=progress
        )
        n_failed = cases["state"].to_list().count("failed")
        return Prepared(
            out=out,
            cases=cases,
            skipped=records.skipped_table(found, planned.left_out),
            n_failed=n_failed,
            n_bytes=forecast.n_bytes,
            forecast=forecast,
            unfit=doubts,
            split=told,
        )
    fitting = partial(_fit, planned, request, fitted_on, out, jobs, progress)
    folds: Folds = {}
    if split is not None and request.layout == "nnunet":
        # Numbers that were fitted know of all other folds' validation.
        only = None if fitted_on is None or request.recipe.waiting is None else fitted_on.fold
        folds = folds_of(planned, found, split, _salt(salt), only)
    made = carry_out(planned, request, out, found, fitting=fitting, folds=folds, jobs=jobs, progress=progress)
    return replace(made, unfit=doubts, split=told)


def _split(
    planned: Plan, found: Index, split: str | Path, fold: int | None, salt: str | Path | None
) -> Split:
    return split_plan(planned, found, split, fold, _salt(salt))


def _salt(salt: str | Path | None) -> bytes:
    from scan2train.indexing.salt import read_salt

    return read_salt(salt)


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
        known=unchanged(out, FIT),
        progress=progress,
    )
