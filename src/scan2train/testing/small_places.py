"""Small folders whose slices lie where they should not: for the examples of rules.

Builders, as those of :mod:`scan2train.testing.small`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydicom import dcmread

from scan2train.testing.dicom_dataset import Tags, apply, ds
from scan2train.testing.dicom_uids import uid
from scan2train.testing.small import Build

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

#: Makes series of different seeds or numbers one series of one study: pass it as ``tags``.
ONE_SERIES: Final = {
    "StudyInstanceUID": uid("one study"),
    "SeriesInstanceUID": uid("one series"),
    "FrameOfReferenceUID": uid("one frame of reference"),
}


def changed_slice(build: Build, k: int, change: Callable[[Dataset], object]) -> Build:
    """A DICOM series whose slice ``k`` is changed by ``change`` once it is written."""

    def made(folder: Path) -> object:
        paths: Any = build(folder)
        header = dcmread(paths[k])
        change(header)
        header.save_as(paths[k])
        return paths

    return made


def shifted_slice(build: Build, k: int, mm: float) -> Build:
    """A DICOM series whose slice ``k`` lies ``mm`` further along its rows' direction than it should."""

    def shift(header: Dataset) -> None:
        along = np.array(header.ImageOrientationPatient[:3], dtype=np.float64)
        place = np.array(header.ImagePositionPatient, dtype=np.float64) + mm * along
        header.ImagePositionPatient = [ds(x) for x in place]

    return changed_slice(build, k, shift)


def doubled_slice(
    build: Build,
    k: int = 3,
    *,
    other_pixels: bool = False,
    same_uid: bool = False,
    apart_mm: float = 0.0,
    tags: Tags | None = None,
) -> Build:
    """A DICOM series with one file more, at the place of slice ``k`` or ``apart_mm`` from it along the normal.

    ``other_pixels`` changes one of its pixels, ``same_uid`` leaves it the UID of the slice that it copies, ``tags``
    override the rest.
    """

    def made(folder: Path) -> object:
        paths: Any = build(folder)
        header = dcmread(paths[k])
        if other_pixels:
            header.PixelData = bytes([header.PixelData[0] ^ 1]) + header.PixelData[1:]
        if not same_uid:
            header.SOPInstanceUID = header.file_meta.MediaStorageSOPInstanceUID = uid("double", k)
        axes = np.array(header.ImageOrientationPatient, dtype=np.float64).reshape(2, 3)
        place = np.array(header.ImagePositionPatient, dtype=np.float64) + apart_mm * np.cross(*axes)
        header.ImagePositionPatient = [ds(x) for x in place]
        apply(tags or {}, header)
        further = paths[k].with_name(f"again-{paths[k].name}")
        header.save_as(further)
        return [*paths, further]

    return made
