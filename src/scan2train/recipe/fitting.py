"""The numbers of a recipe that come from a whole data set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from scan2train.errors import WrongUse
from scan2train.recipe.running import Running
from scan2train.recipe.summary import Summary
from scan2train.recipe.unit import settle_unit, taken_as
from scan2train.volume import Labels, Volume

if TYPE_CHECKING:
    from scan2train.recipe.recipe import Recipe

Cases = Iterable[Volume | tuple[Volume, Labels | None]]


def contribution(recipe: Recipe, volume: Volume, labels: Labels | None, seed: int) -> Summary:
    """What one case adds to the fit of the first step that waits, seen after the steps before it.

    Raises
    ------
    WrongUse
        If no step waits.
    """
    at = recipe.waiting
    if at is None:
        raise WrongUse("no step of the recipe waits for a fit", found=recipe.name)
    running = Running(volume, labels, seed)
    settled, _ = settle_unit(volume, recipe)
    running.through((*taken_as(volume, settled), *recipe.steps[:at]))
    return recipe.steps[at].contribution(running.scene())


def with_fit(recipe: Recipe, found: Iterable[Summary]) -> Recipe:
    """The recipe whose first waiting step has got its numbers from all that cases added.

    Raises
    ------
    WrongUse
        If no step waits, or there is no case.
    """
    at, several = recipe.waiting, iter(found)
    first = next(several, None)
    if at is None or first is None:
        raise WrongUse("a fit needs a step that waits for it, and at least one case", found=recipe.name)
    step = recipe.steps[at].fitted(reduce(lambda one, other: one.merge(other), several, first))
    return replace(recipe, steps=(*recipe.steps[:at], step, *recipe.steps[at + 1 :]))


def fit(recipe: Recipe, cases: Cases, seed: int) -> Recipe:
    """Each waiting step in its turn, on what the steps before it make; see :meth:`Recipe.fit`."""
    once = isinstance(cases, Iterator)
    while recipe.waiting is not None:
        recipe = with_fit(recipe, (contribution(recipe, *_pair(one), seed) for one in cases))
        if once and recipe.waiting is not None:
            raise WrongUse(
                "several steps wait for a fit, and the cases can be gone through only once",
                expected="a list, or anything else that can be gone through again",
                found=type(cases).__name__,
            )
    return recipe


def _pair(one: Volume | tuple[Volume, Labels | None]) -> tuple[Volume, Labels | None]:
    return (one, None) if isinstance(one, Volume) else one
