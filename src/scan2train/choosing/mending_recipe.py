"""The recipe that mends what was found: the preset of a task, and the steps that findings ask for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from scan2train.finding import Finding
from scan2train.knowledge.sop_classes import FILMS
from scan2train.recipe import Instruction, Recipe
from scan2train.recipe.lookup import find_step
from scan2train.task import Task

_RESAMPLE: Final = {"spacing_mm": [1.0, 1.0, 1.0], "interpolation": "linear", "antialias": True}
#: Code of a finding -> the step that mends it, and its options. They come before those of a preset, which take such
#: things for granted.
_STEPS: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("PIX001", "bright_is_dense", {}),
    ("GEO006", "detilt", {"interpolation": "linear"}),
    ("NII002", "detilt", {"interpolation": "linear"}),
    ("GEO011", "reorient", {"to": "LPS"}),
    ("GEO012", "resample", _RESAMPLE),
    ("SET001", "resample", _RESAMPLE),
)
#: Code of a finding -> the word of the step that mends it.
MENDS: Final = {code: word for code, word, _ in _STEPS}


def mending_recipe(findings: Iterable[Finding], task: Task | None = None) -> Recipe:
    """A recipe with the steps that findings ask for, before those of the task's preset.

    Parameters
    ----------
    findings
        What ``check`` found; only steps that mend a finding are added, and none that the preset has already.
    task
        Its ``recipe`` is the preset. Without one there are only the steps that findings ask for; where these ask for
        none, volumes are only brought into one orientation.

    Raises
    ------
    UnknownName
        If the task names a preset that does not exist.
    """
    preset = Recipe.load(task.recipe) if task is not None and task.recipe else None
    steps: tuple[Instruction, ...] = () if preset is None else preset.steps
    there = {_word(step) for step in steps}
    codes = {one.code for one in findings}
    added: list[Instruction] = []
    for code, word, options in _STEPS:
        # Only films come in either polarity.
        films = task is None or any(one in FILMS for one in task.modality)
        if code in codes and word not in there and (films or word != "bright_is_dense"):
            added.append(_step(word, options))
            there.add(word)
    return Recipe(
        steps=(*added, *steps) or (_step("reorient", {"to": "LPS"}),),
        name="mending" if task is None else task.name,
        about=f"{preset.about}{'; with what findings ask for' if added else ''}"
        if preset
        else "The steps that findings ask for",
        task="" if task is None else task.name,
    )


def _step(word: str, options: dict[str, Any]) -> Instruction:
    return find_step(word).from_json({"do": word, **options})


def _word(step: Instruction) -> str:
    return str(step.to_json()["do"])
