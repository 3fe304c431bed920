"""What structure sets and segmentations that are written have in common: whose they are, and names that fit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.errors import WrongUse
from scan2train.formats.atomic import replacing
from scan2train.formats.dicom.new_uid import new_uid
from scan2train.grid import FloatArray, Grid
from scan2train.volume import Labels, Volume

#: Attributes of patient and study (PS3.3 C.7.1.1, C.7.2.1), with the empty value where a source lacks them.
PATIENT_AND_STUDY = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
    *("StudyDate", "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName"),
)
#: Attributes that are copied where a source has them.
FURTHER = (
    "StudyDescription",
    "PatientAge",
    "PatientWeight",
    "PatientIdentityRemoved",
    "DeidentificationMethod",
)
#: Long String (LO), PS3.5 6.2.
_LONGEST_NAME = 64


def name_of(labels: Volume, value: int) -> str:
    """A label's name as a DICOM text: at most 64 characters, without backslashes and control characters."""
    name = labels.names.get(value, "") if isinstance(labels, Labels) else ""
    kept = "".join(" " if one == "\\" or not one.isprintable() else one for one in name).strip()
    return kept[:_LONGEST_NAME].strip() or f"label {value}"


def values_of(labels: Labels) -> list[int]:
    """The labels that there are, in ascending order: those with voxels, and those with names.

    Raises
    ------
    WrongUse
        If there are none, or negative ones.
    """
    present = {int(one) for one in np.unique(labels.array)} | {int(one) for one in labels.names}
    present.discard(0)
    if not present or min(present) < 0:
        raise WrongUse(
            "a DICOM object of labels has labels above 0",
            found="none" if not present else f"label {min(present)}",
            advice="An image format such as .nii.gz holds an empty mask, and negative numbers.",
        )
    return sorted(present)


def frame_of_reference_of(source: Any) -> str:
    """The source's Frame of Reference UID; where it has none, one made of its series' UID."""
    own = str(source.get("FrameOfReferenceUID") or "")
    return own or new_uid("frame of reference", source.get("SeriesInstanceUID"))


def source_images(row: Mapping[str, Any]) -> list[tuple[str, str, int | None]]:
    """For each slice its SOP Class and Instance UID, and the frame, from 1, where the file has several."""
    many = [(frames or 1) > 1 for frames in row["member_frames"]]
    return [
        (row["sop_class_uid"], uid, frame + 1 if several else None)
        for uid, frame, several in zip(row["member_uid"], row["member_frame"], many, strict=True)
    ]


def places_of(row: Mapping[str, Any], grid: Grid) -> FloatArray:
    """``(n, 3)`` centres of the first voxels of a row's slices, RAS+ mm: the grid's own, unless they are uneven."""
    if row["member_origin_mm"] is not None:
        return np.reshape(np.asarray(row["member_origin_mm"], dtype=np.float64), (-1, 3))
    slices = np.arange(len(row["member_path"]), dtype=np.float64)
    return grid.to_world(np.column_stack([np.zeros((len(slices), 2)), slices]))


def save(dataset: Any, path: Path) -> None:
    """Write a data set that has its file meta information; the file is there whole or not at all."""
    from pydicom import dcmwrite

    with replacing(path) as file:
        dcmwrite(file, dataset, enforce_file_format=True)
