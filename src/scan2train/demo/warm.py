"""Compiles the loops that prepare voxels, in a process of its own, while the demo writes and indexes its scans.

Compiled loops are kept in numba's cache; later runs find them there, and this is over at once.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scan2train.recipe import Recipe
from scan2train.testing.phantoms import chest_ct

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def compiling(recipe: str) -> Iterator[None]:
    """Compile alongside what is done within; at the end wait for it.

    Whether it succeeds does not matter: what is not compiled here is compiled when it is needed.
    """
    command = [sys.executable, "-c", f"from {__name__} import compile_for; compile_for({recipe!r})"]
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603 - our own module
    try:
        yield
    except BaseException:
        child.kill()
        raise
    finally:
        child.wait()


def compile_for(recipe: str) -> None:
    """Run a recipe on a chest of few voxels."""
    volume, labels = chest_ct((24, 21, 17), (16.0, 18.0, 20.0), orientation="PIR")
    Recipe.load(recipe).run_pair(volume, labels)
