"""Findings on stdout, in colour on a terminal, or as plain lines for a file."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from scan2train.reports.text import as_text

if TYPE_CHECKING:
    from scan2train.finding import Finding
    from scan2train.index import Index

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
_NARROWEST, _WIDEST = 60, 120


def plain(index: Index, findings: Sequence[Finding]) -> str:
    """All lines as one text."""
    return "".join(f"{line}\n" for line, _ in as_text(index, findings))


def print_findings(index: Index, findings: Sequence[Finding]) -> None:
    """Print what was found, fitted to the terminal."""
    width = min(max(shutil.get_terminal_size((100, 40)).columns, _NARROWEST), _WIDEST)
    for line, style in as_text(index, findings, width):
        typer.secho(line, fg=_COLOURS.get(style), bold=style == "error", dim=style == "dim")
