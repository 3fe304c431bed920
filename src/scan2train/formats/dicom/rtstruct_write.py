"""Labels as an RT Structure Set: closed lines round the voxels of every label, slice by slice (PS3.3 A.19)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scan2train._version import __version__
from scan2train.errors import WrongUse
from scan2train.formats.dicom.label_header import parsing, read_label_header
from scan2train.formats.dicom.new_uid import content_of, new_uid
from scan2train.formats.dicom.written_labels import (
    FURTHER,
    PATIENT_AND_STUDY,
    frame_of_reference_of,
    name_of,
    places_of,
    save,
    source_images,
    values_of,
)
from scan2train.grid import LPS_TO_RAS, FloatArray
from scan2train.sampling.contours import outlines
from scan2train.volume import Labels

_STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
_STUDY_MANAGEMENT = "1.2.840.10008.3.1.2.3.1"
_CONTOUR_DATA = 0x30060050
#: Colours that are told apart, in turn.
_COLOURS = (
    (255, 0, 0),
    (0, 192, 0),
    (0, 96, 255),
    (255, 192, 0),
    (192, 0, 255),
    (0, 208, 208),
    (255, 96, 160),
)


def write_rtstruct(labels: Labels, row: Mapping[str, Any], base: Path, path: Path) -> None:
    """Write labels as a structure set that refers to the DICOM series they lie on.

    Lines run along the edges of voxels: drawing them gives the same mask back, and they enclose the same volume to the
    last voxel. Holes are contours of their own, to be read as even-odd; pixels that touch at a corner only are apart.
    Patient and study are the source's. The same labels on the same source give the same bytes, UIDs included; there
    is no time of writing in them.

    Parameters
    ----------
    labels
        On the grid of the series; where its slices are uneven each one has the place that the row gives it.
    row, base
        The series' row of the volumes table, and the folder that its paths are relative to.
    path
        The file to write.

    Raises
    ------
    WrongUse
        If there are no labels above 0, or the folder is not there.
    Scan2TrainError
        If the source cannot be read any more.
    """
    values = values_of(labels)
    source_path = base / row["member_path"][0]
    source = read_label_header(source_path, whole=False)
    images = source_images(row)
    if len(images) != labels.grid.shape[2] or any(not uid for _, uid, _ in images):
        raise WrongUse("every slice needs the image that it was drawn on", found=f"{len(images)} images")
    with parsing(source_path):
        off = places_of(row, labels.grid) - places_of({**row, "member_origin_mm": None}, labels.grid)
        save(_dataset(labels, values, source, images, off), path)


def _dataset(labels: Labels, values: list[int], source: Any, images: list[Any], off: FloatArray) -> Any:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import UID, ImplicitVRLittleEndian

    identity = ("rtstruct", content_of(labels), sorted(labels.names.items()), [uid for _, uid, _ in images])
    frame = frame_of_reference_of(source)
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = UID(_STRUCTURE_SET)
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = UID(new_uid("instance", *identity))
    ds.SpecificCharacterSet = "ISO_IR 192"
    for keyword in PATIENT_AND_STUDY:
        setattr(ds, keyword, str(source.get(keyword) or ""))
    for keyword in FURTHER:
        if source.get(keyword):
            setattr(ds, keyword, str(source.get(keyword)))
    ds.StudyInstanceUID = source.StudyInstanceUID
    ds.SeriesInstanceUID = new_uid("series", *identity)
    ds.SeriesNumber, ds.InstanceNumber, ds.Modality = None, 1, "RTSTRUCT"
    ds.OperatorsName, ds.Manufacturer = "", "scan2train"
    ds.ManufacturerModelName, ds.SoftwareVersions = "scan2train", __version__
    ds.StructureSetLabel, ds.StructureSetDate, ds.StructureSetTime = "scan2train", "", ""
    ds.ApprovalStatus, ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = "UNAPPROVED", frame, ""
    ds.ReferencedFrameOfReferenceSequence = [_referenced(source, frame, images)]
    ds.StructureSetROISequence = [_region(labels, value, frame) for value in values]
    ds.ROIContourSequence = [_contours(labels, value, images, off) for value in values]
    ds.RTROIObservationsSequence = [_observation(value) for value in values]
    return ds


def _referenced(source: Any, frame: str, images: list[Any]) -> Any:
    from pydicom.dataset import Dataset

    series = Dataset()
    series.SeriesInstanceUID = source.SeriesInstanceUID
    each: dict[str, tuple[str, list[int]]] = defaultdict(lambda: ("", []))
    for kind, uid, number in images:
        each[uid] = (kind, [*each[uid][1], *([] if number is None else [number])])
    series.ContourImageSequence = [_image(kind, uid, numbers) for uid, (kind, numbers) in each.items()]
    study = Dataset()
    study.ReferencedSOPClassUID, study.ReferencedSOPInstanceUID = _STUDY_MANAGEMENT, source.StudyInstanceUID
    study.RTReferencedSeriesSequence = [series]
    whole = Dataset()
    whole.FrameOfReferenceUID, whole.RTReferencedStudySequence = frame, [study]
    return whole


def _image(kind: str, uid: str, numbers: list[int]) -> Any:
    from pydicom.dataset import Dataset

    image = Dataset()
    image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = kind, uid
    if numbers:
        image.ReferencedFrameNumber = numbers if len(numbers) > 1 else numbers[0]
    return image


def _region(labels: Labels, value: int, frame: str) -> Any:
    from pydicom.dataset import Dataset

    region = Dataset()
    region.ROINumber, region.ReferencedFrameOfReferenceUID = value, frame
    region.ROIName, region.ROIGenerationAlgorithm = name_of(labels, value), ""
    return region


def _contours(labels: Labels, value: int, images: list[Any], off: FloatArray) -> Any:
    from pydicom.dataset import Dataset

    region = Dataset()
    region.ReferencedROINumber = value
    region.ROIDisplayColor = list(_COLOURS[(value - 1) % len(_COLOURS)])
    found = []
    for number, (k, points) in enumerate(outlines(labels.array == value, labels.grid), start=1):
        kind, uid, frame = images[k]
        contour = Dataset()
        contour.ContourImageSequence = [_image(kind, uid, [] if frame is None else [frame])]
        contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", len(points)
        contour.ContourNumber = number
        contour[_CONTOUR_DATA] = _as_written(points + off[k])
        found.append(contour)
    region.ContourSequence = found
    return region


def _as_written(points: FloatArray) -> Any:
    """Contour Data as the bytes that go into the file: millions of numbers, that need no second look."""
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import Tag

    text = "\\".join(_texts(points)).encode()
    value = text + b" " * (len(text) % 2)
    return RawDataElement(Tag(_CONTOUR_DATA), "DS", len(value), value, 0, True, True)


def _texts(points: FloatArray) -> list[str]:
    """LPS+ mm to a nanometre, within the 16 bytes that a decimal string has."""
    lps = points * np.diag(LPS_TO_RAS)[:3] + 0.0
    return [f"{one:.6f}".rstrip("0").rstrip(".") for one in lps.reshape(-1).tolist()]


def _observation(value: int) -> Any:
    from pydicom.dataset import Dataset

    observation = Dataset()
    observation.ObservationNumber = observation.ReferencedROINumber = value
    observation.RTROIInterpretedType, observation.ROIInterpreter = "", ""
    return observation
