"""Which kinds of volumes become cases where nobody says which."""

from __future__ import annotations

from scan2train.knowledge.sop_classes import PICTURES
from scan2train.recipe import Recipe
from scan2train.task import Task, task_names

VOLUMES = ("volume",)


def roles_for(recipe: Recipe) -> tuple[str, ...]:
    """Values of the column ``role``: volumes, and single pictures for a recipe whose task is about such."""
    if recipe.task not in task_names():
        return VOLUMES
    films = any(modality in PICTURES for modality in Task.load(recipe.task).modality)
    return (*VOLUMES, "picture") if films else VOLUMES
