"""A recipe with the spacing that a plan asks for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.errors import WrongUse
from scan2train.preparing.ownership import RECIPE, is_prepared
from scan2train.recipe import Recipe

if TYPE_CHECKING:
    from scan2train.cohort.plan import Plan

#: The step whose spacing is set.
_SPACING = "resample"


def respaced(where: Path, recipe: str | None, plan: Plan) -> Recipe:
    """The recipe of that name or file, of the prepared set ``where`` if not given, with the plan's target spacing.

    Its ``resample`` step gets the spacing; where there is none, one is put in behind the last ``reorient``. The axes
    are brought to the plan's first, unless the recipe turns them so itself: spacings are along them. Without any
    recipe, what comes out turns and resamples alone.

    Raises
    ------
    WrongUse
        If the recipe resamples more than once, or cannot be read.
    """
    if recipe is not None:
        found = Recipe.load(recipe)
    elif is_prepared(where):
        found = Recipe.load(where / RECIPE)
    else:
        found = Recipe(steps=())
    steps = found.to_json()["step"]
    spacing = [float(f"{mm:.6g}") for mm in plan.target_spacing_mm]
    places = [at for at, step in enumerate(steps) if step["do"] == _SPACING]
    if len(places) > 1:
        raise WrongUse(
            "the recipe resamples more than once",
            found=f"{len(places)} steps {_SPACING}",
            advice=f"Write the target spacing into the one that is meant: {spacing}.",
        )
    turns = [at for at, step in enumerate(steps) if step["do"] == "reorient"]
    if places:
        at = places[0]
        changed: Mapping[str, Any] = {**steps[at], "spacing_mm": spacing}
        steps[at] = changed
        before = [one for one in turns if one < at]
    else:
        before = turns
        at = turns[-1] + 1 if turns else _after_detilt(steps)
        steps.insert(at, {"do": _SPACING, "spacing_mm": spacing})
    if not before or steps[before[-1]]["to"] != plan.orientation:
        steps.insert(at, {"do": "reorient", "to": plan.orientation})
    # What the recipe said of its spacing is true no more.
    about = f"{found.name}, at {'×'.join(f'{mm:g}' for mm in spacing)} mm"
    return Recipe.from_json({**found.to_json(), "about": about, "step": steps})


def _after_detilt(steps: list[Mapping[str, Any]]) -> int:
    return int(bool(steps) and steps[0]["do"] == "detilt")


def write_recipe(recipe: Recipe, plan: Plan, path: Path) -> None:
    """Write it as TOML, the reason of its spacing above.

    Raises
    ------
    WrongUse
        If the file cannot be written, is there already, or is no ``.toml``.
    """
    if path.suffix != ".toml":
        raise WrongUse("a recipe is a TOML file", where=path, expected="a name that ends in .toml")
    head = f"# Spacing of {plan.cases} cases: {plan.reasons['target_spacing_mm']}.\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(head + recipe.to_toml())
    except FileExistsError as error:
        raise WrongUse(
            "there is a file of this name", where=path, advice="Choose another, or remove it."
        ) from error
    except OSError as error:
        raise WrongUse("cannot write the recipe", where=path, found=error.strerror) from error
