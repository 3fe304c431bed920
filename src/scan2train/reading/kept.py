"""Sources are never written: whether a file that is to be written is one of theirs."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from scan2train.errors import WrongUse
from scan2train.formats.image_files import image_files


def require_kept(source: Path, written: Iterable[Path]) -> None:
    """See that none of the files to be ``written`` is one of ``source``'s, by whatever name or link.

    Files of a folder are all that are below it now.

    Raises
    ------
    WrongUse
        If one is.
    """
    for file in written:
        if file.exists() and _belongs(file, source):
            raise WrongUse(
                "writing this would replace a file of the source",
                where=file,
                found=f"the source {source}",
                advice="Sources are never written. Choose another name or folder.",
            )


def _belongs(file: Path, source: Path) -> bool:
    if source.is_dir():
        root = os.path.realpath(source)
        # A link belongs to where it stands, and what it leads to belongs there too.
        places = (Path(os.path.realpath(file)), Path(os.path.realpath(file.parent)) / file.name)
        return any(place.is_relative_to(root) for place in places)
    if not source.exists():
        return False
    # A folder that is written whole is replaced with all that is in it.
    inside = os.path.realpath(file) if file.is_dir() else None
    return any(
        file.samefile(one) or (inside is not None and Path(os.path.realpath(one)).is_relative_to(inside))
        for one in image_files(source)
    )
