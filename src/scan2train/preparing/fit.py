"""Whether scans are fit for a recipe's task, as far as their headers say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from scan2train.choosing.unfit import unfit as unfit_for
from scan2train.recipe import Recipe
from scan2train.task import Task, task_names


def unfit(rows: Iterable[Mapping[str, Any]], recipe: Recipe) -> tuple[str, ...]:
    """A sentence for each reason why rows of a volumes table are not fit for the recipe's task, the commonest first.

    What the header does not tell (other formats than DICOM say nothing of the modality) is not held against a row, and
    of a task that nothing is known of nothing is said.
    """
    if recipe.task not in task_names():
        return ()
    task = Task.load(recipe.task)
    # PET and CT are taken for one task, and a recipe for uptake values is for one of them.
    meant = ("PT",) if recipe.task.startswith("pet") else task.modality
    found = Counter(_why_not(row, task, meant) for row in rows)
    del found[""]
    return tuple(
        f"{count} {'case is' if count == 1 else 'cases are'} {reason}"
        for reason, count in sorted(found.items(), key=lambda one: (-one[1], one[0]))
    )


def _why_not(row: Mapping[str, Any], task: Task, meant: tuple[str, ...]) -> str:
    if row["modality"] and row["modality"] not in meant:
        return f"{row['modality']}, and the recipe's task, {task.name}, is for {' or '.join(meant)}"
    reason = unfit_for(row, task)
    return reason and f"not fit for the recipe's task, {task.name}: {reason}"
