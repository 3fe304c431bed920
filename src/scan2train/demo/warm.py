"""Compiles the loops that read headers and prepare voxels, in processes of their own, while the demo writes its scans.

Compiled loops are kept in numba's cache; later runs find them there, and this is over at once.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scan2train.recipe import Recipe
from scan2train.testing.phantoms import chest_ct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def compiling(recipe: str) -> Iterator[Callable[[], object]]:
    """Compile alongside what is done within; what is given waits until headers can be read, and the end for the rest.

    Whether it succeeds does not matter: what is not compiled here is compiled when it is needed.
    """
    reading = _process("compile_reading()")
    preparing = _process(f"compile_for({recipe!r})")
    try:
        yield reading.wait
    except BaseException:
        reading.kill()
        preparing.kill()
        raise
    finally:
        reading.wait()
        preparing.wait()


def compile_reading() -> None:
    """Index a few slices: plain, deflated, and frames of an enhanced object."""
    from scan2train.index import index
    from scan2train.testing.small import small_series, together
    from scan2train.testing.small_objects import small_enhanced

    plain, deflated = small_series(), small_series(below="deflated", seed=1, transfer_syntax="deflated")
    with TemporaryDirectory() as folder:
        together(plain, deflated, small_enhanced())(Path(folder))
        index(folder, cache=False)


def compile_for(recipe: str) -> None:
    """Run a recipe on a chest of few voxels."""
    volume, labels = chest_ct((24, 21, 17), (16.0, 18.0, 20.0), orientation="PIR")
    Recipe.load(recipe).run_pair(volume, labels)


def _process(call: str) -> subprocess.Popen[bytes]:
    name = call.partition("(")[0]
    command = [sys.executable, "-c", f"from {__name__} import {name}; {call}"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603 - our own module
