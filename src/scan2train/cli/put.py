"""A result on stdout, or in the file that was asked for."""

from __future__ import annotations

from pathlib import Path

import typer


def put(text: str, out: Path | None) -> None:
    """Print ``text`` as it is, or write it to ``out``, whose folders are made."""
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
