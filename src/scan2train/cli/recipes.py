"""``scan2train recipes``: the presets, and what stands in one."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from scan2train.cli.manners import guarded
from scan2train.cli.options import Format


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("recipes", epilog="Example: scan2train recipes ct-lung > my-lung.toml")(guarded(recipes))


def recipes(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE",
            help="A preset, a TOML file or a case's account.json.",
            show_default="list all",
        ),
    ] = "",
    format: Annotated[Format, typer.Option("--format", help="How the result is printed.")] = Format.TEXT,  # noqa: A002
) -> None:
    """List the presets, or print one as the TOML that it is, with the reason for each number.

    What is printed is a file for --recipe: change it and keep it with your data. A file of your own is checked on the
    way.
    """
    from scan2train.recipe import Recipe
    from scan2train.recipe.lookup import preset_names

    if name:
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
