"""Steps and presets by their words. The one place where a lower room reaches for a higher one, by name, on use."""

from __future__ import annotations

import pkgutil
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.resources import files
from inspect import isabstract, isclass

from scan2train.errors import UnknownName
from scan2train.recipe.step import Instruction


@cache
def step_words() -> tuple[str, ...]:
    """The words of all steps, sorted."""
    return tuple(sorted(one.name for one in pkgutil.iter_modules(import_module("scan2train.steps").__path__)))


@cache
def find_step(word: str) -> type[Instruction]:
    """The step of that word.

    Raises
    ------
    UnknownName
        If there is none; names the near ones, and lists all.
    """
    if word not in step_words():
        raise _unknown("step", word, step_words())
    module = import_module(f"scan2train.steps.{word}")
    for value in vars(module).values():
        if (
            isclass(value)
            and issubclass(value, Instruction)
            and value.__module__ == module.__name__
            and not isabstract(value)
        ):
            return value
    raise UnknownName(f"steps/{word}.py defines no step")


def preset_names() -> tuple[str, ...]:
    """The names of the recipes that come with the package, sorted."""
    names = (one.name for one in files("scan2train.recipes").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def preset_text(name: str) -> str:
    """The TOML of a preset.

    Raises
    ------
    UnknownName
        If there is none of that name; names the near ones, and lists all.
    """
    if name not in preset_names():
        raise _unknown("recipe", name, preset_names())
    return files("scan2train.recipes").joinpath(f"{name}.toml").read_text(encoding="utf-8")


def _unknown(what: str, name: str, known: tuple[str, ...]) -> UnknownName:
    near = get_close_matches(name, known, n=3)
    meant = f"Did you mean {' or '.join(near)}? " if near else ""
    return UnknownName(f"there is no {what} {name!r}", advice=f"{meant}There are: {', '.join(known)}.")
