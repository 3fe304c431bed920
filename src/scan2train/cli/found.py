"""What the sources of a command hold, one by one: a source without an image is named, and the others are used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.cli.manners import complain
from scan2train.errors import WrongUse

if TYPE_CHECKING:
    from scan2train.index import Index


def found_in(
    sources: Sequence[Path], *, choices: Path | None = None, **options: Any
) -> tuple[Index, list[Path]]:
    """The index of all sources, and those of them that hold no image.

    Volumes that the table ``choices`` rejects are left out of it. ``options`` are those of
    :func:`scan2train.index.index`.
    """
    from scan2train.index import index

    found = index(*sources, **options, empty=True)
    held = set(found.instances["source"])
    # Files, and folders that `index -o` left, stand there by other names: they are looked at by themselves.
    doubtful = [source for source in sources if str(source.absolute()) not in held]
    alone = {**options, "progress": None, "empty": True}
    without = [source for source in doubtful if index(source, **alone).instances.is_empty()]
    if choices is not None:
        found = _without_rejected(found, choices)
    return found, without


def _without_rejected(found: Index, choices: Path) -> Index:
    """Without rejected volumes, and without the files of series of which none is left."""
    import polars as pl

    from scan2train.preparing.choosing import without_rejected

    kept = without_rejected(found.volumes, choices)
    series = (set(table["series_uid"].drop_nulls()) for table in (found.volumes, kept))
    gone = pl.col("series_uid").is_in(list(next(series) - next(series))).fill_null(value=False)
    return replace(found, volumes=kept, instances=found.instances.filter(~gone))


def nothing_found() -> Index:
    """An index of nothing."""
    from scan2train.index import Index
    from scan2train.tables import FRAMES, INSTANCES, SKIPPED, VOLUMES

    return Index(
        instances=INSTANCES.frame(), frames=FRAMES.frame(), volumes=VOLUMES.frame(), skipped=SKIPPED.frame()
    )


def tell_empty(sources: Sequence[Path]) -> None:
    """Say of each of these sources that it holds no image, and what to do."""
    for source in sources:
        complain(
            f"{source}: no image was found",
            "Check the path; `scan2train index` tells of each file why it was skipped.",
        )


def require_outside(sources: Sequence[Path], out: Path | None) -> None:
    """See that a result is not written into a source.

    Raises
    ------
    WrongUse
        If ``out`` is a source, or lies in one.
    """
    if out is None:
        return
    place = out.resolve()
    for source in sources:
        root = source.resolve()
        if place == root or (source.is_dir() and place.is_relative_to(root)):
            raise WrongUse(
                "the result would be written into a source",
                where=out,
                found=f"the source {source}",
                advice="Sources are never written. Choose a place outside of it.",
            )
