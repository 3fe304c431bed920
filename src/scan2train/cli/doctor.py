"""``scan2train doctor``: what is installed, and what it can decode."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import typer

from scan2train._version import __version__
from scan2train.cli.manners import guarded

_NEEDED = ("numpy", "numba", "polars", "pydicom", "imagecodecs", "isal", "scipy", "pillow", "matplotlib")
_EXTRAS = ("torch", "monai", "torchio", "distributed")


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("doctor")(guarded(doctor))


def doctor() -> None:
    """Show what is installed, and which transfer syntaxes are decoded."""
    typer.echo(f"scan2train {__version__}, Python {platform.python_version()}, {platform.platform()}")
    for name in _NEEDED + _EXTRAS:
        typer.echo(f"  {name:<12} {_installed(name) or 'not installed'}")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
