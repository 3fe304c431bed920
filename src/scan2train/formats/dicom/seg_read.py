"""Headers of DICOM segmentations: segments, and where each frame lies (PS3.3 A.51, A.85, C.8.20)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import GeometryError, NonconformingHeader
from scan2train.formats.dicom.affine import affines, unit_axes
from scan2train.formats.dicom.label_header import parsing, read_label_header
from scan2train.knowledge.sop_classes import SEGMENTATIONS
from scan2train.knowledge.tolerances import ABSURD_POSITION_MM, ABSURD_SPACING_MM, GEO013_WARNING

FloatArray = npt.NDArray[np.float64]
_KINDS = ("BINARY", "FRACTIONAL", "LABELMAP")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segmentation:
    """What the header of a segmentation says; the arrays have a row a frame.

    ``first`` is the centre of each frame's first pixel, ``right`` and ``down`` the steps to the next column and row,
    all ``(n, 3)`` in RAS+ mm; ``segment`` its segment's number, 0 in label maps. ``maximum`` is the stored value that
    stands for 1 in fractional ones, ``unit`` what that measures; ``background`` the padding value of label maps.
    ``between_mm`` is Spacing Between Slices, ``thickness_mm`` Slice Thickness; 0 where there is none.
    """

    kind: str
    unit: str
    maximum: int
    background: int
    names: dict[int, str]
    first: FloatArray
    right: FloatArray
    down: FloatArray
    segment: npt.NDArray[np.int64]
    between_mm: float
    thickness_mm: float
    frame_of_reference_uid: str
    series_uids: tuple[str, ...]


def read_segmentation(path: Path) -> Segmentation:
    """Read the header of a segmentation.

    Raises
    ------
    NonconformingHeader
        If it cannot be parsed, is of no known kind, or a frame belongs to no segment.
    GeometryError
        If frames have no trustworthy place in the patient.
    UnreadableFile, HostileFile
        If the file cannot be read.
    """
    dataset = read_label_header(path, whole=False)
    with parsing(path):
        kind = str(dataset.get("SegmentationType") or "").strip().upper()
        if dataset.get("SOPClassUID") == SEGMENTATIONS[1]:
            kind = "LABELMAP"
        if kind not in _KINDS:
            raise NonconformingHeader(
                "not a kind of segmentation", where=path, expected=", ".join(_KINDS), found=ascii(kind[:40])
            )
        shared = _first(dataset, "SharedFunctionalGroupsSequence")
        frames = list(dataset.get("PerFrameFunctionalGroupsSequence") or [])
        count = int(dataset.get("NumberOfFrames") or 1)
        if len(frames) != count:
            raise NonconformingHeader(
                "every frame needs its functional groups", where=path, expected=count, found=len(frames)
            )
        planes = _planes(frames, shared, path)
        measures = _group(frames[0], shared, "PixelMeasuresSequence")
        return Segmentation(
            kind=kind,
            unit=str(dataset.get("SegmentationFractionalType") or "PROBABILITY").strip().lower(),
            maximum=int(dataset.get("MaximumFractionalValue") or 1),
            background=int(dataset.get("PixelPaddingValue") or 0),
            names=_names(dataset),
            segment=_segments(frames, shared, kind, path),
            between_mm=_length(measures, "SpacingBetweenSlices"),
            thickness_mm=_length(measures, "SliceThickness"),
            frame_of_reference_uid=str(dataset.get("FrameOfReferenceUID") or ""),
            series_uids=tuple(
                str(one.get("SeriesInstanceUID")) for one in dataset.get("ReferencedSeriesSequence") or []
            ),
            first=planes[0],
            right=planes[1],
            down=planes[2],
        )


def _first(item: Any, keyword: str) -> Any:
    found = None if item is None else item.get(keyword)
    return found[0] if found else None


def _group(frame: Any, shared: Any, keyword: str) -> Any:
    """A functional group of a frame; its own wins over the shared one."""
    own = _first(frame, keyword)
    return _first(shared, keyword) if own is None else own


def _names(dataset: Any) -> dict[int, str]:
    names = {}
    for item in dataset.get("SegmentSequence") or []:
        number = int(item.get("SegmentNumber") or 0)
        if number:
            names[number] = str(item.get("SegmentLabel") or f"segment {number}")
    return names


def _segments(frames: list[Any], shared: Any, kind: str, path: Path) -> npt.NDArray[np.int64]:
    if kind == "LABELMAP":
        return np.zeros(len(frames), dtype=np.int64)
    numbers = []
    for frame in frames:
        group = _group(frame, shared, "SegmentIdentificationSequence")
        number = None if group is None else group.get("ReferencedSegmentNumber")
        if number is None or int(number) < 1:
            raise NonconformingHeader("a frame belongs to no segment", where=path, found=ascii(number))
        numbers.append(int(number))
    return np.array(numbers, dtype=np.int64)


def _planes(frames: list[Any], shared: Any, path: Path) -> tuple[FloatArray, FloatArray, FloatArray]:
    position, axes, spacing = [], [], []
    for frame in frames:
        place = _group(frame, shared, "PlanePositionSequence")
        turned = _group(frame, shared, "PlaneOrientationSequence")
        measures = _group(frame, shared, "PixelMeasuresSequence")
        if place is None or turned is None or measures is None:
            raise _nowhere(path)
        position.append([float(one) for one in place.get("ImagePositionPatient") or []])
        axes.append([float(one) for one in turned.get("ImageOrientationPatient") or []])
        spacing.append([float(one) for one in measures.get("PixelSpacing") or []])
    if any({len(one) for one in many} != {n} for many, n in ((position, 3), (axes, 6), (spacing, 2))):
        raise _nowhere(path)
    at, cosines, sizes = np.array(position), np.array(axes), np.array(spacing)
    right, down, _, error = unit_axes(cosines[:, :3], cosines[:, 3:])
    good = (error <= GEO013_WARNING) & (np.abs(at).max(axis=1) < ABSURD_POSITION_MM)
    good &= ((sizes > 0) & (sizes < ABSURD_SPACING_MM)).all(axis=1)
    if not good.all():
        raise _nowhere(path)
    # One conversion for all of it: the affine of each frame, as if it were a stack.
    each = affines(right, down, sizes, np.cross(right, down), at)
    return each[:, :3, 3], each[:, :3, 0], each[:, :3, 1]


def _nowhere(path: Path) -> GeometryError:
    return GeometryError(
        "a frame has no place in the patient",
        where=path,
        expected="Image Position and Orientation (Patient) and Pixel Spacing of every frame, finite and possible",
        advice="Export the segmentation again.",
    )


def _length(measures: Any, keyword: str) -> float:
    value = measures.get(keyword)
    return float(value) if value is not None and 0 < float(value) < ABSURD_SPACING_MM else 0.0
