"""The Frame of Reference UID of an image: whether numbers of two objects are places of the same space."""

from __future__ import annotations

from scan2train.errors import Scan2TrainError
from scan2train.formats.dicom.label_header import read_label_header
from scan2train.reading.reference import Reference


def frame_of_reference(reference: Reference) -> str:
    """Give the UID that the first file of a DICOM series has; empty where there is none, or it is no series."""
    if reference.row is None or reference.row["format"] != "dicom":
        return ""
    try:
        header = read_label_header(reference.base / reference.row["member_path"][0], whole=False)
        return str(header.get("FrameOfReferenceUID") or "")
    except (Scan2TrainError, ValueError):
        return ""
