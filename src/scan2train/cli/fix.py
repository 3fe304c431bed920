"""``check --fix``: what mends a folder of scans, written beside it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from scan2train.errors import WrongUse
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from scan2train.finding import Finding
    from scan2train.index import Index
    from scan2train.task import Task

CHOICES, RECIPE = "choices.csv", "recipe.toml"


def write_fix(
    found: Index, sources: Sequence[Path], findings: Sequence[Finding], task: Task | None, folder: Path
) -> None:
    """Write the choice of scans and the recipe into ``folder``; say on stderr what they do about each code.

    Raises
    ------
    WrongUse
        If the folder is a file.
    OutputDamaged
        If the choice cannot be written.
    """
    from scan2train.choosing.choices import choices, write_choices
    from scan2train.choosing.mended import mended
    from scan2train.choosing.mending_recipe import mending_recipe
    from scan2train.choosing.sound import sound

    if folder.exists() and not folder.is_dir():
        raise WrongUse("what mends the scans is two files, and needs a folder", where=folder)
    table = sound(found, findings) if task is None else choices(found, task, findings)
    recipe = mending_recipe(findings, task)
    account = [
        f"{one.severity.value} {one.code} {one.name}: {what}" for one, what in mended(findings, table, recipe)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    write_choices(table, folder / CHOICES)
    comments = "".join(f"# {shown(line)}\n" for line in account)
    head = f"# What this recipe and {CHOICES} do about what `scan2train check` found.\n"
    (folder / RECIPE).write_text(f"{head}{comments}\n{recipe.to_toml()}", encoding="utf-8")
    taken = int((table["choice"] == "accept").sum())
    for line in account:
        typer.echo(shown(line), err=True)
    typer.echo(f"{taken} of {table.height} volumes are taken. To prepare them:", err=True)
    names = " ".join(shlex.quote(shown(source)) for source in sources)
    place = shlex.quote(shown(folder))
    typer.echo(
        f"  scan2train prepare {names} --recipe {place}/{RECIPE} --choices {place}/{CHOICES} -o READY",
        err=True,
    )
