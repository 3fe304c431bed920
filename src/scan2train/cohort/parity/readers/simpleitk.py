"""SimpleITK: ``ImageSeriesReader`` with the names that GDCM gives for a folder, ``ReadImage`` for a file."""

from __future__ import annotations

from pathlib import Path

from scan2train.cohort.parity.given import Given, from_itk


def read(path: Path, series_uid: str) -> Given:
    """The series of a folder, or a file."""
    import SimpleITK

    if path.is_file():
        return from_itk(SimpleITK.ReadImage(str(path)))
    reader = SimpleITK.ImageSeriesReader()
    known = reader.GetGDCMSeriesIDs(str(path))
    if not known:
        raise ValueError("GDCM finds no series in this folder")
    reader.SetFileNames(
        reader.GetGDCMSeriesFileNames(str(path), series_uid if series_uid in known else known[0])
    )
    return from_itk(reader.Execute())
