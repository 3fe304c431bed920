"""The command ``scan2train`` itself: its commands, its version, and how a run ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib import import_module
from io import TextIOWrapper
from typing import Annotated

import typer

from scan2train._version import __version__
from scan2train.cli.interrupt import INTERRUPTED, end_on_interrupt
from scan2train.kernels.first_use import told_once

#: The commands, in the order of the help; each is a file of its name.
COMMANDS = (
    *("index", "view", "check", "explain", "recipes", "prepare", "report", "restore", "convert", "clean"),
    *("verify", "replay", "diff", "split", "plan", "envelope", "harmonize"),
    *("segment", "evaluate", "postprocess", "mesh", "features", "phases", "register"),
    *("header", "stats", "leaks", "parity", "demo", "doctor"),
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"scan2train {__version__}")
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """From a pile of medical scans to training-ready volumes that can be trusted."""


def app_of(names: Iterable[str]) -> typer.Typer:
    """Build the application with these of the :data:`COMMANDS`; only their files are loaded."""
    made = typer.Typer(
        name="scan2train",
        help="From a pile of medical scans to training-ready volumes that can be trusted.",
        epilog="Exit codes: 0 good, 1 findings or failed cases, 2 wrong use or bad input as a whole, 130 interrupted.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback()(options)
    for name in names:
        import_module(f"scan2train.cli.{name}").register(made)
    return made


def __getattr__(name: str) -> typer.Typer:
    """``app``, with all commands, is built where it is asked for: a run needs one of them."""
    if name == "app":
        return app_of(COMMANDS)
    raise AttributeError(name)


def main() -> None:
    """Run the command line; ends the process with the exit code of the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal without × shows its code, and the run goes on
    end_on_interrupt()
    known: dict[str, tuple[str, ...]] = {name: (name,) for name in COMMANDS} | {"--version": ()}
    try:
        with told_once():
            app_of(known.get(sys.argv[1] if len(sys.argv) > 1 else "", COMMANDS))()
    except SystemExit as ended:
        if ended.code != INTERRUPTED:
            raise
        # What is to be put away has been by now; taking down the libraries would be waited for.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(INTERRUPTED)
