"""Labels as a DICOM segmentation, made by highdicom, with references to the images they lie on (PS3.3 A.51, A.85)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from scan2train._version import __version__
from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.formats.dicom.label_header import parsing, read_label_header
from scan2train.formats.dicom.new_uid import content_of, new_uid
from scan2train.formats.dicom.seg_source import source_of
from scan2train.formats.dicom.written_labels import name_of, save, values_of
from scan2train.volume import Labels, Volume

Kind = Literal["binary", "fractional", "labelmap"]
#: Stored values of a fractional segmentation go from 0 to this.
_MAXIMUM = 255
_MOST_SEGMENTS = 65535


def write_seg(
    labels: Volume,
    row: Mapping[str, Any],
    base: Path,
    path: Path,
    kind: Kind = "binary",
    *,
    empty_frames: bool = False,
) -> None:
    """Write labels as a segmentation that refers to the DICOM series they lie on.

    Segments of binary and fractional ones are numbered 1, 2, 3, … in the order of the labels' values, as the standard
    demands (PS3.3 C.8.20.4); a label map keeps the values. Segment labels are the labels' names; what they are is
    given as "Tissue", since names tell no code; they are said to be made by an algorithm, unless
    ``meta["drawn_by_hand"]`` is true. Patient and study are the source's. The same labels on the same source
    give the same bytes, UIDs included; in place of the time of writing stands that of the source.

    Parameters
    ----------
    labels
        On the grid of the series, where uneven slices have the places that the row gives them; :class:`Labels`, or for
        a fractional segmentation also a volume of parts from 0 to 1.
    row, base
        The series' row of the volumes table, and the folder that its paths are relative to.
    path
        The file to write.
    kind
        One bit a pixel and segment; 8 bits a pixel and segment, 255 for all of it; or one number a pixel.
    empty_frames
        Write frames in which a segment has nothing, too.

    Raises
    ------
    WrongUse
        If there are no labels above 0, the values are no parts, or the source lacks what a segmentation must have.
    Scan2TrainError
        If the source cannot be read any more.
    """
    parts = not isinstance(labels, Labels)
    if parts and (kind != "fractional" or labels.array.ndim != 3):
        raise WrongUse("only a fractional segmentation holds a volume that is no labels", found=kind)
    if parts and not (labels.array.min() >= 0 and labels.array.max() <= 1):
        raise WrongUse("a fractional segmentation holds parts from 0 to 1", found=f"{labels.array.max():.4g}")
    values = values_of(labels) if isinstance(labels, Labels) else [1]
    if len(values) > _MOST_SEGMENTS or (values[-1] > _MOST_SEGMENTS and kind == "labelmap"):
        raise WrongUse("a segmentation numbers its segments up to 65535", found=values[-1])
    first = base / row["member_path"][0]
    with parsing(first):
        sources, order = source_of(row, labels.grid, read_label_header(first, whole=False))
    pixels = np.zeros((len(order), row["size_j"], row["size_i"]), _type(labels, values, kind))
    pixels[np.flatnonzero(order >= 0)] = _numbered(labels, values, kind)[order[order >= 0]]
    identity = ("seg", kind, content_of(labels), [name_of(labels, one) for one in values], row["member_uid"])
    try:
        with parsing(first):
            dataset = _dataset(labels, values, sources, pixels, kind, identity, empty_frames=empty_frames)
            save(dataset, path)
    except Scan2TrainError as error:
        if error.where == str(path):
            raise
        raise WrongUse(
            "no segmentation can be made for this source",
            where=base / row["path"],
            found=error.found or error.message,
            advice="Write the labels in another format, such as .nii.gz, or as a structure set.",
        ) from error


def _type(labels: Volume, values: list[int], kind: Kind) -> npt.DTypeLike:
    if not isinstance(labels, Labels):
        return np.float32
    return np.uint8 if (values[-1] if kind == "labelmap" else len(values)) < 256 else np.uint16


def _numbered(labels: Volume, values: list[int], kind: Kind) -> npt.NDArray[Any]:
    """``(k, j, i)`` numbers of segments, or parts."""
    if kind == "labelmap" or not isinstance(labels, Labels) or values == list(range(1, len(values) + 1)):
        return labels.array.transpose(2, 1, 0)
    known = np.array([0, *values])
    numbers: npt.NDArray[Any] = np.searchsorted(known, labels.array.transpose(2, 1, 0))
    return numbers


def _dataset(
    labels: Volume,
    values: list[int],
    sources: list[Any],
    pixels: npt.NDArray[Any],
    kind: Kind,
    identity: tuple[object, ...],
    *,
    empty_frames: bool,
) -> Any:
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.seg import Segmentation, SegmentDescription
    from pydicom.sr.codedict import codes
    from pydicom.uid import ExplicitVRLittleEndian

    by_hand = labels.meta.get("drawn_by_hand") is True
    made_by = AlgorithmIdentificationSequence(
        name="scan2train", version=__version__, family=codes.cid7162.ArtificialIntelligence
    )
    described = [
        SegmentDescription(
            segment_number=value if kind == "labelmap" else number,
            segment_label=name_of(labels, value),
            segmented_property_category=codes.SCT.Tissue,
            segmented_property_type=codes.SCT.Tissue,
            algorithm_type="MANUAL" if by_hand else "AUTOMATIC",
            algorithm_identification=None if by_hand else made_by,
        )
        for number, value in enumerate(values, start=1)
    ]
    dataset = Segmentation(
        source_images=sources,
        pixel_array=pixels,
        segmentation_type=kind.upper(),
        segment_descriptions=described,
        series_instance_uid=new_uid("series", *identity),
        series_number=1,
        sop_instance_uid=new_uid("instance", *identity),
        instance_number=1,
        manufacturer="scan2train",
        manufacturer_model_name="scan2train",
        software_versions=__version__,
        device_serial_number="0",
        fractional_type="OCCUPANCY" if labels.unit == "occupancy" else "PROBABILITY",
        max_fractional_value=_MAXIMUM,
        transfer_syntax_uid=ExplicitVRLittleEndian,
        # Where nothing is marked no frame can be left out: highdicom would say so on its way.
        omit_empty_frames=not empty_frames and bool(pixels.any()),
    )
    _settle(dataset, sources[0], identity)
    return dataset


def _settle(dataset: Any, source: Any, identity: tuple[object, ...]) -> None:
    """What would be of the moment and not of the content: times, and UIDs made at random."""
    for keyword in ("InstanceCreationDate", "InstanceCreationTime"):
        if keyword in dataset:
            delattr(dataset, keyword)
    stems = ("Content", "Acquisition", "Series", "Study")
    dataset.ContentDate = next((d for d in (source.get(f"{one}Date") for one in stems) if d), "19700101")
    dataset.ContentTime = next((t for t in (source.get(f"{one}Time") for one in stems) if t), "000000")
    for item in dataset.get("ContributingEquipmentSequence") or []:
        if "ContributionDateTime" in item:
            del item.ContributionDateTime
    organization = new_uid("dimensions", *identity)
    for item in (*dataset.DimensionOrganizationSequence, *dataset.DimensionIndexSequence):
        item.DimensionOrganizationUID = organization
