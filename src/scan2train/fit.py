"""The numbers that a recipe waits for, found on the training cases of a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scan2train.preparing.fit_recipe import fit_recipe, require_cases_to_fit_on
from scan2train.preparing.given import index_of
from scan2train.preparing.machine import cores
from scan2train.preparing.plan import plan
from scan2train.preparing.request import Request
from scan2train.preparing.roles import roles_for
from scan2train.preparing.splitting import split_plan
from scan2train.reading.options import Options

if TYPE_CHECKING:
    from scan2train.preparing.given import Source
    from scan2train.preparing.run import Progress
    from scan2train.recipe import Recipe


def fit(
    source: Source,
    recipe: Recipe | str | Path,
    *,
    split: str | Path | None = None,
    fold: int | None = None,
    fit_on: str = "train",
    labels: str | Path | None = "auto",
    where: str | None = None,
    choices: str | Path | None = None,
    irregular: str = "refuse",
    suv: str | None = None,
    seed: int = 0,
    salt: str | Path | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Recipe:
    """Find the numbers that a recipe waits for on the training cases, and on no others.

    Such a recipe has steps that are to be measured ``over = "dataset"``. :func:`scan2train.prepare` does the same by
    itself where it is given a split. Each step that waits takes one reading of the training cases; the result is the
    same to the bit, whatever the order of the cases and the number of jobs.

    Parameters
    ----------
    source
        An index, or the files and folders to make one of.
    recipe
        A recipe, a preset's name, or a TOML file. One that waits for nothing comes back as it is.
    split
        A file that says which cases are for training, validation and test: ``split.json``, ``splits_final.json`` of
        nnU-Net, or a CSV with the columns case and split.
    fold
        Which of its folds; may be left out where there are not several.
    fit_on
        ``"train"``, or ``"all"`` to fit on every case whatever the split.
    labels, where, choices, irregular, suv, seed
        Which cases there are and how they are read, as for :func:`scan2train.prepare`.
    salt
        The salt file that the index was made with, for Patient IDs in ``split``; the user's own if not given.
    jobs
        Number of processes; as many as there are cores if not given.
    progress
        Called with the number of cases looked at, their total, and the name of the last, once through for each step
        that waits.

    Raises
    ------
    WrongUse
        If an argument cannot be meant, or nothing says which cases are for training.
    NoImages
        If there is no case.
    Scan2TrainError
        If a training case lacks what is to be fitted on, such as labels, or none can be read.
    """
    from scan2train.indexing.salt import read_salt

    request = Request.checked(recipe, Options(irregular=irregular, suv=suv), seed, "nifti", "plain")
    if request.recipe.waiting is None:
        return request.recipe
    require_cases_to_fit_on(request.recipe, split, fold, fit_on)
    found = index_of(source, jobs, salt)
    roles = roles_for(request.recipe)
    planned = plan(
        found, labels=labels, where=where, choices=choices, irregular=irregular, seed=seed, roles=roles
    )
    parts = None if split is None else split_plan(planned, found, split, fold, read_salt(salt))
    training = None if parts is None or fit_on == "all" else parts
    made = fit_recipe(
        planned,
        request,
        planned.jobs if training is None else training.training,
        fold=None if training is None else training.fold,
        on_all=training is None,
        jobs=jobs or cores(),
        progress=progress,
    )
    return made.recipe
