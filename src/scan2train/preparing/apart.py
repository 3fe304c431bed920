"""Sources are never written: an output folder lies apart from all of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scan2train.errors import WrongUse
from scan2train.indexing.saved import is_saved
from scan2train.preparing.ownership import is_prepared


def require_apart(sources: Iterable[str | Path], out: Path) -> None:
    """Do nothing where ``out`` neither lies in a source nor holds one, by whatever links the two are reached.

    A source that is a file has nothing in it: beside it may be written. A folder that ``index -o`` left is no source.

    Raises
    ------
    WrongUse
        Otherwise.
    """
    place = out.resolve()
    for source in map(Path, sources):
        root = source.resolve()
        if is_saved(source):
            continue
        if root.is_relative_to(place):
            raise WrongUse(
                "the output folder holds a source",
                where=out,
                found=f"the source {source.absolute()}",
                advice="Choose a folder of its own for the output.",
            )
        if source.is_dir() and place.is_relative_to(root):
            moved = " What an earlier run made there can be moved, and goes on." if is_prepared(out) else ""
            raise WrongUse(
                "the output folder lies in a source",
                where=out,
                found=f"the source {source.absolute()}",
                advice=f"Sources are never written: choose a folder outside of it.{moved}",
            )
