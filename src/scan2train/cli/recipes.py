"""``scan2train recipes``: the presets and the steps, and what stands in one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from difflib import get_close_matches
from inspect import getdoc
from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import guarded
from scan2train.cli.options import Format, Printed


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("recipes", epilog="Example: scan2train recipes ct-lung > my-lung.toml")(guarded(recipes))


def recipes(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE|STEP",
            help="A preset, a TOML file or a case's account.json; or a step, for its options.",
            show_default="list all",
        ),
    ] = "",
    steps: Annotated[bool, typer.Option("--steps", help="List the steps that a recipe can have.")] = False,
    format: Printed = Format.TEXT,  # noqa: A002
) -> None:
    """List the presets, or print one as the TOML that it is, with the reason for each number.

    With --steps, list what a recipe can do; with the name of a step, tell what it does and each of its options. What
    is printed of a preset is a file for --recipe: change it and keep it with your data. A file of your own is checked
    on the way.
    """
    from scan2train.recipe import Recipe
    from scan2train.recipe.lookup import find_step, preset_names, step_words

    if steps or name in step_words():
        _steps([find_step(name).word()] if name else step_words(), as_json=format is Format.JSON)
        return
    if name:
        if _near(name, step_words()) and not _near(name, preset_names()):
            find_step(name)  # says which steps are near
        recipe = Recipe.load(name)
        # Without the name: what is copied from here becomes another recipe, and is named as its file.
        text = (recipe.text or recipe.to_toml()).rstrip("\n")
        typer.echo(json.dumps(recipe.to_json(), indent=1) if format is Format.JSON else text)
        return
    presets = [Recipe.load(one) for one in preset_names()]
    if format is Format.JSON:
        typer.echo(json.dumps([one.to_json() for one in presets], indent=1))
        return
    for one in presets:
        typer.echo(f"{one.name:15s} {one.about}")


def _near(name: str, known: Sequence[str]) -> bool:
    return not Path(name).suffix and bool(get_close_matches(name, known))


def _steps(words: Sequence[str], *, as_json: bool) -> None:
    from scan2train.recipe.about_step import changes, in_short, options_of, page_of
    from scan2train.recipe.lookup import find_step

    kinds = {word: find_step(word) for word in words}
    if as_json:
        told = [
            {
                "do": word,
                "changes": changes(kind),
                "about": getdoc(kind),
                "options": [asdict(one) for one in options_of(kind)],
            }
            for word, kind in kinds.items()
        ]
        typer.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    if len(words) == 1:
        typer.echo(page_of(words[0]))
        return
    for word, kind in kinds.items():
        typer.echo(f"{word:21s} {in_short(kind)}")
    typer.echo("\n`scan2train recipes STEP` tells the options of one.")
