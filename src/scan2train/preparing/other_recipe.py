"""What differs between the recipe that a folder was prepared with and another."""

from __future__ import annotations

from pathlib import Path

from scan2train.errors import WrongUse
from scan2train.preparing.ownership import RECIPE
from scan2train.recipe import Recipe
from scan2train.recipe.steps_apart import steps_apart

#: So many differences are named.
_NAMED = 3


def what_differs(out: Path, fingerprint: str, recipe: Recipe) -> str:
    """The steps and options in which ``recipe`` differs from the one there, whose fingerprint the journal has.

    Empty where the recipe there cannot be read, or is not the one of the journal.
    """
    try:
        there = Recipe.load(out / RECIPE)
    except WrongUse:
        return ""
    if there.fingerprint != fingerprint:
        return ""
    points = [str(one) for one in steps_apart(_steps(there), _steps(recipe), ("that recipe", "this one"))]
    more = f"; and {len(points) - _NAMED} more" if len(points) > _NAMED else ""
    return "; ".join(points[:_NAMED]) + more


def _steps(recipe: Recipe) -> list[dict[str, object]]:
    return [one.to_json() for one in recipe.steps]
