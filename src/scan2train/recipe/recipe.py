"""A list of instructions with a name: asked for as TOML, kept as JSON, carried out on a volume."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.recipe.fitting import Cases, fit
from scan2train.recipe.lookup import find_step, preset_names, preset_text
from scan2train.recipe.running import Running
from scan2train.recipe.step import Choice, Instruction, Step
from scan2train.recipe.toml import name_line, to_toml
from scan2train.recipe.unit import settle_unit, taken_as
from scan2train.volume import Labels, Volume


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What is to be done to each volume, in order.

    Parameters
    ----------
    steps
        Steps and choices. A recipe of plain steps only is an *account*: it replays exactly.
    name, about
        What it is called, and what it is for.
    task
        What is to be learnt: the task file of that name says which series are fit for it. With one that begins with
        ``ct``, values in no known unit that look like Hounsfield units are taken for them. May be empty.
    text
        The TOML that it was read from, with its comments; empty where it was made otherwise.
    """

    steps: tuple[Instruction, ...]
    name: str = "recipe"
    about: str = ""
    task: str = ""
    text: str = field(default="", compare=False, repr=False)

    @classmethod
    def load(cls, source: str | Path) -> Self:
        """The preset of that name, the recipe in a TOML file, or the account in a case's ``account.json``.

        Raises
        ------
        UnknownName
            If it is neither; lists the near names. Also for a step or an option that does not exist.
        WrongUse
            If the file is not TOML, or an option has the wrong type.
        """
        path = Path(source)
        if str(source) in preset_names() or path.suffix not in (".toml", ".json"):
            return cls.from_toml(preset_text(str(source)), name=str(source))
        try:
            text = path.read_text(encoding="utf-8")
            account = json.loads(text) if path.suffix == ".json" else None
        except OSError as error:
            raise WrongUse(
                "cannot read the recipe",
                where=path,
                expected="a TOML file, an account of a case, or a preset's name",
                found=error.strerror,
                advice="Check the path; `scan2train recipes` lists the presets.",
            ) from error
        except ValueError as error:
            raise WrongUse("cannot read the recipe", where=path, found=error) from error
        if path.suffix == ".toml":
            return cls._from_toml(text, name=path.stem, where=str(path))
        if not isinstance(account, dict) or not isinstance(account.get("done"), list):
            raise WrongUse("this is no account", where=path, expected='an object with a list "done"')
        return cls.from_json({"name": str(account.get("case", path.stem)), "step": account["done"]})

    @classmethod
    def from_toml(cls, text: str, name: str = "recipe") -> Self:
        """A recipe from its TOML text; raises as :meth:`load` does."""
        return cls._from_toml(text, name, where=name)

    @classmethod
    def _from_toml(cls, text: str, name: str, where: str) -> Self:
        try:
            data = tomllib.loads(text)
            recipe = cls.from_json({"name": name, **data, "step": data.get("step", [])})
        except tomllib.TOMLDecodeError as error:
            raise WrongUse("the recipe is not TOML", where=where, found=error) from error
        except WrongUse as error:
            error.where = where if error.where is None else f"{where}, {error.where.rpartition(', ')[2]}"
            raise
        if not recipe.steps:
            raise WrongUse("the recipe has no step", where=where, expected="at least one [[step]] table")
        return replace(recipe, text=text)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`; raises as :meth:`load` does."""
        unknown = set(data) - {"name", "about", "task", "step"}
        if unknown:
            raise WrongUse(
                "a recipe holds name, about, task and [[step]] tables only", found=", ".join(sorted(unknown))
            )
        if not isinstance(data["step"], list) or not all(isinstance(one, Mapping) for one in data["step"]):
            raise WrongUse("steps are [[step]] tables", expected="a list of tables", found=data["step"])
        steps = []
        for number, one in enumerate(data["step"], start=1):
            if not isinstance(one.get("do"), str):
                raise WrongUse(f"step {number} does not say what to do", expected='do = "…"', found=dict(one))
            try:
                steps.append(find_step(one["do"]).from_json(one))
            except WrongUse as error:
                error.where = f"{data.get('name', 'recipe')}, step {number}"
                raise
        texts = {key: str(data[key]) for key in ("name", "about", "task") if key in data}
        return cls(steps=tuple(steps), **texts)

    def to_json(self) -> dict[str, Any]:
        """Plain values, exact to the last bit when read again."""
        return {
            "name": self.name,
            "about": self.about,
            "task": self.task,
            "step": [step.to_json() for step in self.steps],
        }

    def to_toml(self) -> str:
        """The recipe as a TOML file."""
        return to_toml(self.to_json())

    def as_written(self) -> str:
        """The recipe as a TOML file, in the words and with the comments that it was read from.

        Where it was not read, or was changed since, as :meth:`to_toml` gives it.
        """
        for text in (self.text, f"{name_line(self.name)}\n{self.text}"):
            try:
                if self.text and Recipe.from_toml(text) == self:
                    return text
            except WrongUse:
                continue  # the name stands in it already, and is another now
        return self.to_toml()

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change when any step or option does; name and description do not count."""
        text = json.dumps(self.to_json()["step"], sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    @property
    def is_account(self) -> bool:
        """Whether nothing is left to data or chance."""
        return all(step.decided for step in self.steps)

    @property
    def waiting(self) -> int | None:
        """The place, from 0, of the first step that waits for a fit to a data set; ``None`` where none does."""
        return next((at for at, step in enumerate(self.steps) if step.waits), None)

    def fit(self, cases: Cases, seed: int = 0) -> Recipe:
        """The recipe with the numbers that it waits for, found on ``cases``: those for training, and no others.

        Steps that wait are fitted one after the other, each on what the steps before it make. The order of the cases
        does not matter, to the last bit.

        Parameters
        ----------
        cases
            Volumes, or pairs of a volume and its labels. They are gone through once for each step that waits.
        seed
            Of choices before a step that waits.

        Raises
        ------
        WrongUse
            If there is no case, or several steps wait and the cases can be gone through only once.
        Scan2TrainError
            If a case lacks what a step is to be fitted on, such as labels.
        """
        return fit(self, cases, seed)

    def grid(self, grid: Grid) -> Grid | None:
        """The grid that the recipe makes of ``grid``, without voxels; ``None`` where a choice will decide it."""
        most, known = self.grid_at_most(grid)
        return most if known else None

    def grid_at_most(self, grid: Grid) -> tuple[Grid, bool]:
        """The largest grid that can come of ``grid``, and whether it is known to be that one."""
        known = True
        for step in self.steps:
            if isinstance(step, Choice):
                grid, known = step.grid_at_most(grid), known and step.leaves_grid
            elif isinstance(step, Step):
                grid = step.grid(grid)
        return grid, known

    def run(self, volume: Volume, seed: int = 0) -> tuple[Volume, Recipe]:
        """Carry out the recipe on one volume.

        Where its unit is not known, the recipe's task decides how its values are taken, as in ``prepare``: the account
        begins with what was taken for granted (``take_as``), and the findings of the volume made tell of it.

        Returns
        -------
        tuple
            The volume made, and the account: a recipe of the plain steps that were done, which replays exactly.
        """
        ready, _, account = self._run(volume, None, seed)
        return ready, account

    def run_pair(self, volume: Volume, labels: Labels, seed: int = 0) -> tuple[Volume, Labels, Recipe]:
        """As :meth:`run`, with labels that come along onto the same grid.

        Labels on a grid of their own are first brought onto the volume's, through world space.
        """
        ready, ready_labels, account = self._run(volume, labels, seed)
        if not isinstance(ready_labels, Labels):
            raise TypeError("labels stay labels through every step")
        return ready, ready_labels, account

    def _run(self, volume: Volume, labels: Labels | None, seed: int) -> tuple[Volume, Volume | None, Recipe]:
        if self.waiting is not None:
            raise WrongUse(
                f"step {self.waiting + 1} of the recipe waits for numbers from a data set",
                where=self.name,
                found=self.steps[self.waiting],
                advice="Fit the recipe first, on training cases only: recipe.fit(cases), "
                "scan2train.fit(source, recipe, split=…), or scan2train prepare --split FILE.",
            )
        running = Running(volume, labels, seed)
        settled, found = settle_unit(volume, self)
        running.through((*taken_as(volume, settled), *self.steps))
        account = Recipe(steps=tuple(running.done), name=self.name, about=self.about, task=self.task)
        ready, ready_labels = running.end()
        return ready.replace(findings=(*ready.findings, *found)) if found else ready, ready_labels, account
