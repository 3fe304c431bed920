"""The commands' own help, as it is printed."""

from __future__ import annotations

from collections.abc import Iterator

from typer.testing import CliRunner

from scan2train.cli.app import app

FENCE = "```"

ABOUT = """\
# Command line

Results go to stdout, progress and messages to stderr. [Errors and exit codes](errors.md) have a page of their own.
"""


def pages() -> Iterator[tuple[str, str]]:
    """The page ``command-line``."""
    names = [command.name for command in app.registered_commands if command.name]
    for group in app.registered_groups:
        commands = group.typer_instance.registered_commands if group.typer_instance else []
        names += [f"{group.name} {command.name}" for command in commands]
    parts = [
        ABOUT,
        _help(),
        *(f"## `scan2train {name}`\n\n{_help(*name.split())}" for name in names),
    ]
    yield "command-line", "\n\n".join(parts) + "\n"


def _help(*command: str) -> str:
    printed = CliRunner().invoke(app, [*command, "--help"], prog_name="scan2train", env={"COLUMNS": "100"})
    return f"{FENCE}text\n{printed.output.strip()}\n{FENCE}"
