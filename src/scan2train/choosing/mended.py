"""What a choice of scans and a recipe do about each finding, and what is left to a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from scan2train.choosing.mending_recipe import MENDS
from scan2train.finding import Finding, Severity
from scan2train.recipe import Recipe

if TYPE_CHECKING:
    import polars as pl

#: Uneven slices can be read in other ways than not at all.
_IRREGULAR = ("GEO003", "GEO004", "GEO005")
_READ_OTHERWISE = "; or accept there, and `prepare --irregular regrid` resamples from the true places"


def mended(
    findings: Iterable[Finding], choice: pl.DataFrame, recipe: Recipe
) -> Iterator[tuple[Finding, str]]:
    """For each code that was found its worst finding, and what is done about it, the worst first.

    Information that no step answers is left out: it was handled, or there is nothing to do.
    """
    words = {str(step.to_json()["do"]) for step in recipe.steps}
    worst: dict[str, Finding] = {}
    for one in sorted(findings, key=lambda one: (-one.severity.rank, one.code)):
        worst.setdefault(one.code, one)
    for code, one in worst.items():
        done = [*_by_recipe(code, words), *_by_choice(code, choice)]
        if done or one.severity is not Severity.INFO:
            yield one, "; ".join(done) or f"left to you: {one.advice}"


def _by_recipe(code: str, words: set[str]) -> Sequence[str]:
    word = MENDS.get(code)
    return [f"recipe.toml: the step {word}"] if word in words else []


def _by_choice(code: str, choice: pl.DataFrame) -> Sequence[str]:
    fatal = choice.filter(choice["choice"] == "reject")["fatal"].str.split(" ").list.contains(code)
    count = int(fatal.fill_null(value=False).sum())
    if not count:
        return []
    volumes = "1 volume is" if count == 1 else f"{count} volumes are"
    return [f"choices.csv: {volumes} rejected{_READ_OTHERWISE if code in _IRREGULAR else ''}"]
