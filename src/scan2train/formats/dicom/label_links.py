"""Which images a structure set or segmentation was drawn on, by the UIDs that it names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scan2train.errors import Scan2TrainError
from scan2train.formats.dicom.label_header import parsing, read_label_header
from scan2train.formats.dicom.refusals import RTSTRUCT_CLASS
from scan2train.formats.dicom.rtstruct_read import referenced
from scan2train.formats.regular import open_regular
from scan2train.knowledge.sop_classes import SEGMENTATIONS

#: The meta group, which names the SOP class, stands at the beginning and is short (PS3.10 7.1).
_BEGINNING = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The UIDs of the series and of the images that an object of labels refers to."""

    series_uids: frozenset[str]
    image_uids: frozenset[str]


def links_of(path: Path) -> Links | None:
    """What a DICOM object of labels refers to; ``None`` for any other file, and where it cannot be read."""
    try:
        if not _may_hold_labels(path):
            return None
        dataset = read_label_header(path, whole=False)
        with parsing(path):
            kind = dataset.get("SOPClassUID")
            if kind == RTSTRUCT_CLASS:
                series, images = referenced(dataset)
            elif kind in SEGMENTATIONS:
                series, images = _of_segmentation(dataset)
            else:
                return None
    except (Scan2TrainError, OSError):
        return None
    return Links(series_uids=frozenset(series), image_uids=frozenset(images))


def _may_hold_labels(path: Path) -> bool:
    with open_regular(path) as file:
        beginning = file.read(_BEGINNING)
    return beginning[128:132] == b"DICM" and any(
        uid.encode() in beginning for uid in (*SEGMENTATIONS, RTSTRUCT_CLASS)
    )


def _of_segmentation(dataset: Any) -> tuple[tuple[str, ...], set[str]]:
    series: dict[str, None] = {}
    images: set[str] = set()
    for one in dataset.get("ReferencedSeriesSequence") or []:
        series[str(one.get("SeriesInstanceUID") or "")] = None
        for image in one.get("ReferencedInstanceSequence") or []:
            images.add(str(image.get("ReferencedSOPInstanceUID") or ""))
    return tuple(uid for uid in series if uid), images - {""}
