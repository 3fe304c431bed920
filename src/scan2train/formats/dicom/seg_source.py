"""The images that a segmentation refers to, as highdicom wants them: whose they are, and where their frames lie.

They are made from the volume's row and grid: what a source's header lacks, or says in a way of its own, does not
stand in the way of its segmentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.formats.dicom.written_labels import PATIENT_AND_STUDY, frame_of_reference_of, places_of
from scan2train.grid import LPS_TO_RAS, FloatArray, Grid

#: Storage of single images, which some writers put several frames into: CR, CT, MR, secondary capture, PET.
_SINGLE = tuple(f"1.2.840.10008.5.1.4.1.1.{one}" for one in ("1", "2", "4", "7", "128"))


def source_of(row: Mapping[str, Any], grid: Grid, header: Any) -> tuple[list[Any], npt.NDArray[np.int64]]:
    """Stand-ins for the source's files, and which slice each of their frames is; -1 for frames of other volumes.

    Parameters
    ----------
    row, grid
        The volume.
    header
        The header of its first file.

    Raises
    ------
    WrongUse
        If the volume lies in several multi-frame files.
    """
    files = list(dict.fromkeys(row["member_path"]))
    count = len(row["member_path"])
    if row["sop_class_uid"] in _SINGLE or (len(files) == count and (row["member_frames"][0] or 1) == 1):
        return [_single(row, grid, header, k) for k in range(count)], np.arange(count)
    if len(files) > 1:
        raise WrongUse(
            "a segmentation refers to single-frame images or to one multi-frame image",
            where=row["path"],
            found=f"{len(files)} multi-frame files",
        )
    frames = row["member_frames"][0] or 1
    order = np.full(frames, -1, dtype=np.int64)
    order[row["member_frame"]] = np.arange(count)
    return [_many(row, grid, header, order)], order


def _stand_in(row: Mapping[str, Any], header: Any, k: int) -> Any:
    from pydicom.dataset import Dataset

    one = Dataset()
    for keyword in PATIENT_AND_STUDY:
        setattr(one, keyword, str(header.get(keyword) or ""))
    one.SpecificCharacterSet = "ISO_IR 192"
    one.SOPClassUID, one.SOPInstanceUID = row["sop_class_uid"], row["member_uid"][k]
    one.StudyInstanceUID, one.SeriesInstanceUID = header.StudyInstanceUID, header.SeriesInstanceUID
    one.FrameOfReferenceUID, one.PositionReferenceIndicator = frame_of_reference_of(header), ""
    one.Modality = row["modality"] or "OT"
    one.Rows, one.Columns = row["size_j"], row["size_i"]
    if row["lossy"]:
        one.LossyImageCompression = "01"
        for keyword in ("LossyImageCompressionRatio", "LossyImageCompressionMethod"):
            if header.get(keyword):
                setattr(one, keyword, header.get(keyword))
    return one


def _single(row: Mapping[str, Any], grid: Grid, header: Any, k: int) -> Any:
    one = _stand_in(row, header, k)
    one.ImagePositionPatient = _position(places_of(row, grid)[k])
    one.ImageOrientationPatient, one.PixelSpacing, one.SliceThickness = _plane(grid)
    return one


def _many(row: Mapping[str, Any], grid: Grid, header: Any, order: npt.NDArray[np.int64]) -> Any:
    from pydicom.dataset import Dataset

    one = _stand_in(row, header, 0)
    one.NumberOfFrames = len(order)
    turned, measures, shared = Dataset(), Dataset(), Dataset()
    turned.ImageOrientationPatient, measures.PixelSpacing, measures.SliceThickness = _plane(grid)
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = [turned], [measures]
    one.SharedFunctionalGroupsSequence = [shared]
    one.PerFrameFunctionalGroupsSequence = []
    places = places_of(row, grid)
    for k in order.tolist():
        place, frame = Dataset(), Dataset()
        place.ImagePositionPatient = _position(places[max(k, 0)])
        frame.PlanePositionSequence = [place]
        one.PerFrameFunctionalGroupsSequence.append(frame)
    return one


def _plane(grid: Grid) -> tuple[list[str], list[str], str]:
    """Orientation, pixel spacing and the distance between slices along their normal, as decimal strings."""
    lps = (LPS_TO_RAS @ grid.affine)[:3, :3]
    columns, rows = np.linalg.norm(lps[:, 0]), np.linalg.norm(lps[:, 1])
    cosines = np.concatenate([lps[:, 0] / columns, lps[:, 1] / rows])
    distance = abs(np.linalg.det(lps)) / np.linalg.norm(np.cross(lps[:, 0], lps[:, 1]))
    return _decimal(cosines), _decimal(np.array([rows, columns])), _decimal(np.array([distance]))[0]


def _position(place: FloatArray) -> list[str]:
    return _decimal(LPS_TO_RAS[:3, :3] @ place)


def _decimal(values: npt.NDArray[np.float64]) -> list[str]:
    from pydicom.valuerep import format_number_as_ds

    return [format_number_as_ds(float(one) + 0.0) for one in values]
