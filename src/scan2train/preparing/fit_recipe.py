"""The fit of a recipe that waits for numbers of the training cases: through workers, kept, and never done twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.preparing.contribute import contribute
from scan2train.preparing.job import Failed, Job
from scan2train.preparing.ordered import Ordered
from scan2train.preparing.ownership import FIT
from scan2train.preparing.plan import Plan
from scan2train.preparing.request import Request
from scan2train.preparing.run import Progress
from scan2train.recipe import Recipe, Summary
from scan2train.recipe.fitting import with_fit
from scan2train.runners.here import run_here
from scan2train.runners.processes import run_in_processes

FIT_ON = ("train", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A recipe that waits no more, and where its numbers are from.

    ``key`` is a hash over all that they depend on, ``cases`` those that were fitted on, ``left_out`` those that should
    have been and could not be read, ``steps`` the places, from 1, of the steps that waited.
    """

    recipe: Recipe
    key: str
    cases: tuple[str, ...]
    left_out: tuple[str, ...]
    steps: tuple[int, ...]
    fold: int | None
    on_all: bool

    @property
    def told(self) -> str:
        """A sentence on how many cases it was made, and of which fold."""
        n, total = len(self.cases), len(self.cases) + len(self.left_out)
        which = "cases, without regard to any split" if self.on_all else "training cases"
        fold = "" if self.fold is None else f" of fold {self.fold}"
        places = " and ".join(f"step {place}" for place in self.steps)
        return f"The numbers of {places} were fitted on {n} of {total} {which}{fold}."

    @classmethod
    def from_json(cls, recipe: Recipe, data: Mapping[str, Any]) -> Self:
        """What :meth:`to_json` gave, of the very recipe that was fitted; raises as wrong JSON does."""
        return cls(
            recipe=recipe,
            key=data["key"],
            cases=tuple(data["cases"]),
            left_out=tuple(data["left_out"]),
            steps=tuple(data["steps"]),
            fold=data["fold"],
            on_all=data["on_all"],
        )

    def to_toml(self) -> str:
        """The recipe as a TOML file that says where its numbers are from."""
        return f"# {self.told} {FIT} names them.\n{self.recipe.to_toml()}"

    def to_json(self) -> dict[str, Any]:
        """What ``fit.json`` holds."""
        return {
            "key": self.key,
            "fold": self.fold,
            "on_all": self.on_all,
            "steps": list(self.steps),
            "cases": list(self.cases),
            "left_out": list(self.left_out),
            "step": self.recipe.to_json()["step"],
        }


def require_cases_to_fit_on(recipe: Recipe, split: object, fold: int | None, fit_on: str) -> None:
    """See that a recipe that waits is told which cases to fit on, before anything is read.

    Raises
    ------
    WrongUse
        If it is not, ``fit_on`` is no such word, or a fold is chosen of no split.
    """
    if fit_on not in FIT_ON:
        raise WrongUse("what to fit on is a word", expected=" or ".join(FIT_ON), found=repr(fit_on))
    if recipe.waiting is not None and split is None and fit_on == "train":
        step = recipe.steps[recipe.waiting]
        raise WrongUse(
            "the recipe waits for numbers of the training cases, and nobody says which these are",
            where=recipe.name,
            found=f"step {recipe.waiting + 1}, {step.word()}",
            advice="Say it with --split FILE (and --fold N). With --fit-on all every case counts: only for a set in "
            "which nothing is tested on, as the numbers then know of the test cases.",
        )
    if split is None and fold is not None:
        raise WrongUse(
            "a fold is one of a split, and no split is given",
            expected="--split FILE with --fold",
            found=f"--fold {fold} alone",
            advice="Name the split file, or leave out --fold.",
        )


def fit_recipe(
    planned: Plan,
    request: Request,
    training: Sequence[Job],
    *,
    fold: int | None,
    on_all: bool,
    jobs: int,
    known: Path | None = None,
    progress: Progress | None = None,
) -> Fit:
    """Fit the steps of ``request.recipe`` that wait, on the cases ``training`` and no others.

    Parameters
    ----------
    planned, request
        The run.
    training
        Those cases of the plan.
    fold, on_all
        Whose they are; only told.
    jobs
        Number of processes.
    known
        Where an earlier run may have left its fit: it is taken, if nothing that it depends on has changed.
    progress
        Called with the number of cases looked at, their total, and the name of the last.

    Raises
    ------
    WrongUse
        If there is no case to fit on.
    Scan2TrainError
        If a case lacks what is to be fitted on, or none can be read.
    """
    if not training:
        raise WrongUse(
            "the recipe waits for numbers of the training cases, and there is none",
            advice="Look at the split, and at what --where and --choices leave of its training cases.",
        )
    recipe = request.recipe
    key = _key(planned, request, training)
    before = None if known is None else _known(known, key, recipe)
    if before is not None:
        return replace(before, fold=fold, on_all=on_all)
    steps = tuple(at for at, step in enumerate(recipe.steps, start=1) if step.waits)
    left_out: dict[str, None] = dict.fromkeys(job.case for job in training if job.case in planned.undecided)
    while recipe.waiting is not None:
        todo = Ordered.largest_first(planned, (job for job in training if job.case not in left_out))
        found = _contributions(replace(request, recipe=recipe), todo, left_out, jobs, progress)
        recipe = with_fit(recipe, found)
    return Fit(
        recipe=recipe,
        key=key,
        cases=tuple(job.case for job in training if job.case not in left_out),
        left_out=tuple(job.case for job in training if job.case in left_out),
        steps=steps,
        fold=fold,
        on_all=on_all,
    )


def _contributions(
    request: Request, todo: Ordered, left_out: dict[str, None], jobs: int, progress: Progress | None
) -> Iterator[Summary]:
    """What the cases add, as it comes; those that cannot be read are entered into ``left_out``."""
    work = partial(contribute, request.recipe.to_json(), request.reading)
    outcomes = run_here(work, todo) if jobs == 1 else run_in_processes(work, todo, jobs)
    failed: Failed | None = None
    with closing(outcomes):
        for number, outcome in enumerate(outcomes, start=1):
            job = todo.jobs[outcome.at]
            failed = Failed(error=outcome.failure, fatal=True) if outcome.failure else outcome.value
            if progress is not None:
                progress(number, len(todo), job.case)
            if not isinstance(failed, Failed):
                yield outcome.value
            elif failed.fatal:
                raise Scan2TrainError(
                    f"the recipe cannot be fitted on the case {job.case}: {failed.error}",
                    advice="Mend the case, or leave it out: reject it in a table of --choices, or take it out of the "
                    "training cases of the split.",
                )
            else:
                left_out[job.case] = None
    if all(job.case in left_out for job in todo.jobs):
        raise Scan2TrainError(
            "the recipe cannot be fitted: no training case could be read",
            found=failed.error if failed else "",
        )


def _key(planned: Plan, request: Request, training: Sequence[Job]) -> str:
    keys = [request.key_of(planned.loaded(job)) for job in training]
    return hashlib.blake2b(json.dumps(keys).encode(), digest_size=16).hexdigest()


def _known(path: Path, key: str, recipe: Recipe) -> Fit | None:
    """The fit that lies at ``path``, if it is of that key."""
    try:
        data: Mapping[str, Any] = json.loads(path.read_bytes())
        if data["key"] != key:
            return None
        fitted = Recipe.from_json({"name": recipe.name, "step": data["step"]})
        return Fit.from_json(replace(recipe, steps=fitted.steps), data)
    except (OSError, ValueError, KeyError, TypeError, Scan2TrainError):
        return None  # there is none, or it was cut off: it is made again
