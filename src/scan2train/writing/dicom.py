"""A volume as a folder of DICOM images, with what is known of the images that it was read from."""

from __future__ import annotations

import os
from pathlib import Path

from scan2train.errors import WrongUse
from scan2train.formats.dicom_write.folder import require_free
from scan2train.formats.dicom_write.kinds import kind_of
from scan2train.formats.dicom_write.source import Source
from scan2train.reading.read_from import place_read_from, row_read_from
from scan2train.tables.source_folder import source_folder
from scan2train.volume import Volume


def require_writable(folder: Path, source: Path | None) -> None:
    """See that a series can be written to a folder, before anything is read.

    Raises
    ------
    OutputInUse
        If the folder is there and not empty.
    WrongUse
        If it lies below the source, which is never written to, or its parent is not there.
    """
    require_free(folder)
    if not folder.parent.is_dir():
        raise WrongUse("the folder to write to has no parent", where=folder, advice="Make it first.")
    if source is not None and source.is_dir():
        place = Path(os.path.realpath(folder.parent)) / folder.name
        if place.is_relative_to(os.path.realpath(source)):
            raise WrongUse(
                "this folder lies within the source",
                where=folder,
                found=f"the source {source}",
                advice="Sources are never written to. Choose a folder elsewhere.",
            )


def write_dicom(volume: Volume, folder: Path, modality: str | None = None) -> float:
    """Write a series; see :func:`scan2train.write.write`.

    Returns
    -------
    float
        The most that a value was moved, in its unit; 0 where all are exact.
    """
    kind = kind_of(volume, modality)
    require_writable(folder, place_read_from(volume))
    from scan2train.formats.dicom_write.series import write_series

    return write_series(volume, folder, kind, _source_of(volume))


def _source_of(volume: Volume) -> Source | None:
    """The images that the volume was read from, if it says so and they are still where they were."""
    row = row_read_from(volume)
    return None if row is None else Source.of_row(row, source_folder(row["source"]))
