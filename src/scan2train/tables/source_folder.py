"""What the paths in a row of a table are relative to."""

from __future__ import annotations

import os
from pathlib import Path


def source_folder(source: str | os.PathLike[str]) -> Path:
    """The folder that paths are relative to: the source itself, or the folder that it lies in where it is a file."""
    place = Path(source)
    return place if place.is_dir() else place.parent
