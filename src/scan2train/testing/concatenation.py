"""Splits an enhanced object into the files of a concatenation (PS3.3 C.7.6.16.2.2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.sequence import Sequence as Items

from scan2train.errors import WrongUse
from scan2train.testing.dicom_uids import uid


def split_object(path: Path, frames: Sequence[int], *, total: bool = True) -> list[Path]:
    """Replace an uncompressed multi-frame file by parts beside it, in order.

    Parameters
    ----------
    path
        The file, such as :func:`~scan2train.testing.dicom_enhanced.write_enhanced` writes it; it is removed.
    frames
        How many frames each part takes; together as many as there are.
    total
        Say in every part how many there are, which the standard leaves free.

    Raises
    ------
    WrongUse
        If the parts do not take all frames.
    """
    whole = dcmread(path)
    if sum(frames) != whole.NumberOfFrames:
        raise WrongUse("parts take all frames", expected=whole.NumberOfFrames, found=list(frames))
    groups, data = whole.PerFrameFunctionalGroupsSequence, whole.PixelData
    size = whole.Rows * whole.Columns * whole.BitsAllocated // 8
    source = str(whole.SOPInstanceUID)
    whole.ConcatenationUID = uid(0, source, "concatenation")
    whole.SOPInstanceUIDOfConcatenationSource = source
    written, first = [], 0
    for number, count in enumerate(frames, start=1):
        part: Any = whole
        part.SOPInstanceUID = part.file_meta.MediaStorageSOPInstanceUID = uid(0, source, number)
        part.InstanceNumber = part.InConcatenationNumber = number
        if total:
            part.InConcatenationTotalNumber = len(frames)
        part.ConcatenationFrameOffsetNumber = first
        part.NumberOfFrames = count
        part.PerFrameFunctionalGroupsSequence = Items(groups[first : first + count])
        part.PixelData = data[first * size : (first + count) * size]
        written.append(path.with_name(f"{path.stem}_{number}.dcm"))
        part.save_as(written[-1], enforce_file_format=True)
        first += count
    path.unlink()
    return written
