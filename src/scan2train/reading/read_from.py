"""The DICOM images that a volume was read from, found again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scan2train.errors import Scan2TrainError
from scan2train.reading.source import index_alone
from scan2train.tables.source_folder import source_folder
from scan2train.volume import Volume


def place_read_from(volume: Volume) -> Path | None:
    """The file that a volume was read from, or the folder that all its files share; ``None`` if it does not say."""
    if "source" not in volume.meta:
        return None
    return source_folder(str(volume.meta["source"])) / str(volume.meta.get("path", ""))


def row_read_from(volume: Volume) -> Mapping[str, Any] | None:
    """The row of the volumes table that a DICOM volume was read from; ``None`` unless it is still where it was."""
    place = place_read_from(volume)
    if volume.meta.get("format") != "dicom" or place is None or not place.exists():
        return None
    try:
        rows = index_alone(place).volumes
    except Scan2TrainError:
        return None
    return next(
        (row for row in rows.iter_rows(named=True) if row["volume"] == volume.meta.get("volume")), None
    )
