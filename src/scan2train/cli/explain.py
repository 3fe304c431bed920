"""``scan2train explain``: a rule's page, or a step's."""

from __future__ import annotations

from typing import Annotated

import typer

from scan2train.cli.manners import guarded
from scan2train.cli.options import RuleFolders


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("explain", epilog="Example: scan2train explain GEO003")(guarded(explain))


def explain(
    code: Annotated[
        str,
        typer.Argument(
            metavar="CODE",
            help="Code or name of a rule, as GEO003; or a step of a recipe, as resample.",
            show_default=False,
        ),
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="A line for each rule there is.")] = False,
    rules: RuleFolders = None,
) -> None:
    """Tell what a rule finds, why that hurts a model, what to do, what its words mean, and how it is tested."""
    from scan2train.checking.failed import PAGES
    from scan2train.errors import WrongUse
    from scan2train.recipe.about_step import page_of
    from scan2train.recipe.lookup import step_words
    from scan2train.reports.page import as_page
    from scan2train.rule.load import all_rules, find_rule

    if code.upper() in PAGES:
        typer.echo(PAGES[code.upper()])
        return
    if code in step_words():
        typer.echo(page_of(code))
        return
    known = all_rules(rules or ())
    if everything:
        for rule in known:
            typer.echo(f"{rule.code}  {rule.name:26s}  {rule.page.title}")
    elif code:
        typer.echo(as_page(find_rule(code, known)))
    else:
        raise WrongUse("no rule was named", advice="Name one, as GEO003, or list all of them with --all.")
