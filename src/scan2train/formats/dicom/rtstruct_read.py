"""RT Structure Sets: regions with their contours, and the images they were drawn on (PS3.3 A.19, C.8.8.5, C.8.8.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import NonconformingHeader
from scan2train.formats.dicom.label_header import parsing, read_label_header
from scan2train.grid import LPS_TO_RAS

FloatArray = npt.NDArray[np.float64]

#: Contour Geometric Types that enclose an area, with three points or more (PS3.3 C.8.8.6.1).
_AREAS = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
_CONTOUR_DATA = 0x30060050
#: A number takes at most 16 bytes (PS3.5 6.2, DS); some writers take more.
_LONGEST = 64
#: Texts are parsed in parts of about so many bytes.
_AT_ONCE = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Roi:
    """One region: its number and name, its closed contours (``(n, 3)``, RAS+ mm), and how many are no areas."""

    number: int
    name: str
    contours: tuple[FloatArray, ...]
    no_areas: int
    frame_of_reference_uid: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StructureSet:
    """Regions in the order of the Structure Set ROI Sequence, and the UIDs of what they refer to."""

    rois: tuple[Roi, ...]
    series_uids: tuple[str, ...]
    image_uids: frozenset[str]
    uid: str
    label: str


def read_structure_set(path: Path) -> StructureSet:
    """Read all regions of a file.

    Raises
    ------
    NonconformingHeader
        If the file cannot be parsed, is no structure set, or a coordinate is no finite number.
    UnreadableFile, HostileFile
        If it cannot be read, or is larger than 64 MiB.
    """
    dataset = read_label_header(path, whole=True)
    with parsing(path):
        names: dict[int, tuple[str, str]] = {}
        for item in dataset.get("StructureSetROISequence") or []:
            names[_number(item.get("ROINumber"), path)] = (
                str(item.get("ROIName") or ""),
                str(item.get("ReferencedFrameOfReferenceUID") or ""),
            )
        if not names:
            raise NonconformingHeader("the structure set has no regions", where=path, code="LAB002")
        contours: dict[int, list[FloatArray]] = {number: [] for number in names}
        no_areas = dict.fromkeys(names, 0)
        images: set[str] = set()
        for item in dataset.get("ROIContourSequence") or []:
            number = _number(item.get("ReferencedROINumber"), path)
            if number not in names:
                names[number] = (f"ROI {number}", "")
                contours[number], no_areas[number] = [], 0
            for contour in item.get("ContourSequence") or []:
                images.update(_uids(contour.get("ContourImageSequence")))
                points = _points(contour, path)
                area = str(contour.get("ContourGeometricType") or "").strip() in _AREAS and len(points) >= 3
                if area:
                    contours[number].append(points)
                else:
                    no_areas[number] += 1
        rois = tuple(
            Roi(
                number=number,
                name=name,
                contours=tuple(contours[number]),
                no_areas=no_areas[number],
                frame_of_reference_uid=frame,
            )
            for number, (name, frame) in names.items()
        )
        series, more = referenced(dataset)
        return StructureSet(
            rois=rois,
            series_uids=series,
            image_uids=frozenset(images | more),
            uid=str(dataset.get("SOPInstanceUID") or ""),
            label=str(dataset.get("StructureSetLabel") or ""),
        )


def referenced(dataset: Any) -> tuple[tuple[str, ...], set[str]]:
    """Series and images of the Referenced Frame of Reference Sequence."""
    series: dict[str, None] = {}
    images: set[str] = set()
    for frame in dataset.get("ReferencedFrameOfReferenceSequence") or []:
        for study in frame.get("RTReferencedStudySequence") or []:
            for one in study.get("RTReferencedSeriesSequence") or []:
                series[str(one.get("SeriesInstanceUID") or "")] = None
                images.update(_uids(one.get("ContourImageSequence")))
    return tuple(uid for uid in series if uid), images


def _uids(items: Iterable[Any] | None) -> set[str]:
    return {str(item.get("ReferencedSOPInstanceUID") or "") for item in items or []} - {""}


def _number(value: Any, path: Path) -> int:
    if value is None:
        raise NonconformingHeader("a region has no number", where=path)
    return int(value)


def _points(contour: Any, path: Path) -> FloatArray:
    """``(n, 3)`` in RAS+ mm. Parsed as a whole: an object for each number would take a hundred times more."""
    if _CONTOUR_DATA not in contour:
        return np.empty((0, 3))
    raw = contour.get_item(_CONTOUR_DATA).value
    if not isinstance(raw, bytes):  # where pydicom has had to convert it already
        values = np.asarray([] if raw is None else raw, dtype=np.float64).reshape(-1)
    else:
        values = _numbers(raw.strip(b" \0"), path)
    if len(values) % 3 or not np.isfinite(values).all():
        raise _bad(path, f"{len(values)} values" if len(values) % 3 else "NaN or infinity")
    return values.reshape(-1, 3) * np.diag(LPS_TO_RAS)[:3]


def _numbers(text: bytes, path: Path) -> FloatArray:
    """Numbers between backslashes, a part of the text at a time."""
    found, at = [np.empty(0)], 0
    while at < len(text):
        end = text.find(b"\\", at + _AT_ONCE)
        end = len(text) if end < 0 else end
        parts = text[at:end].split(b"\\")
        if max(map(len, parts)) > _LONGEST:
            raise _bad(path, "a number of more than 64 characters")
        try:
            found.append(np.array(parts).astype(np.float64))
        except ValueError as error:
            raise _bad(path, ascii(str(error)[:80])) from error
        at = end + 1
    return np.concatenate(found)


def _bad(path: Path, found: str) -> NonconformingHeader:
    return NonconformingHeader(
        "a contour is not made of points in space",
        where=path,
        expected="Contour Data of three finite numbers a point",
        found=found,
        advice="Export the structure set again.",
    )
