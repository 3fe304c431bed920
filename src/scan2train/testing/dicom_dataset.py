"""The attributes that every image of a series shares, and how a test overrides them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.tag import Tag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)
from pydicom.valuerep import DSfloat

from scan2train.errors import WrongUse
from scan2train.testing.dicom_encapsulated import COMPRESSED
from scan2train.testing.dicom_uids import uid

if TYPE_CHECKING:
    from scan2train.testing.dicom_pixels import PixelCell

#: A keyword to its value, a tag to its (VR, value), or either to ``None`` to leave the attribute out.
Tags = Mapping[Any, Any]

_SOP_CLASS = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "PT": "1.2.840.10008.5.1.4.1.1.128",
    "CR": "1.2.840.10008.5.1.4.1.1.1",
    "DX": "1.2.840.10008.5.1.4.1.1.1.1",
    "MG": "1.2.840.10008.5.1.4.1.1.1.2",
    "NM": "1.2.840.10008.5.1.4.1.1.20",
    "US": "1.2.840.10008.5.1.4.1.1.6.1",
    "OT": "1.2.840.10008.5.1.4.1.1.7",
}
_ENHANCED_SOP_CLASS = {
    "CT": "1.2.840.10008.5.1.4.1.1.2.1",
    "MR": "1.2.840.10008.5.1.4.1.1.4.1",
    "PT": "1.2.840.10008.5.1.4.1.1.130",
}
_TRANSFER_SYNTAX = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "big-endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
    **{word: UID(uid) for word, uid in COMPRESSED.items()},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the header says about patient, study, series and device; all of it made up."""

    modality: str = "CT"
    manufacturer: str = "scan2train"
    model: str = "Phantom"
    series_description: str = "phantom"
    kernel: str | None = "STANDARD"
    patient: str = "PHANTOM"
    patient_position: str = "HFS"
    series_number: int = 1
    seed: int = 0

    def sop_class(self, *, enhanced: bool) -> str:
        """SOP Class UID of the modality (PS3.4 B.5).

        Raises
        ------
        WrongUse
            If there is none for this modality.
        """
        classes = _ENHANCED_SOP_CLASS if enhanced else _SOP_CLASS
        if self.modality not in classes:
            raise WrongUse(
                "no image class for this modality", expected=", ".join(classes), found=self.modality
            )
        return classes[self.modality]

    def uid(self, *parts: object) -> UID:
        """A UID of this patient's, the same in every run."""
        return uid(self.seed, self.patient, *parts)


def transfer_syntax_uid(name: str) -> UID:
    """UID of a transfer syntax given as a short word or as its UID.

    Raises
    ------
    WrongUse
        If it is neither.
    """
    found = _TRANSFER_SYNTAX[name] if name in _TRANSFER_SYNTAX else UID(name, validation_mode=0)
    if found not in COMPRESSED.values() and not found.is_transfer_syntax:
        raise WrongUse(
            "unknown transfer syntax", expected=f"a UID, or {', '.join(_TRANSFER_SYNTAX)}", found=name
        )
    return found


def dataset(about: About, cell: PixelCell, *, enhanced: bool, instance: object) -> Dataset:
    """A data set with everything but geometry, rescale and pixels.

    ``instance`` tells this image from its siblings: the SOP Instance UID is made from it.
    """
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.SOPClassUID = about.sop_class(enhanced=enhanced)
    made.SOPInstanceUID = about.uid(about.series_number, instance)
    made.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"] if about.modality == "CT" else ["ORIGINAL", "PRIMARY"]
    made.StudyDate = made.SeriesDate = made.AcquisitionDate = "20240229"
    made.StudyTime = made.SeriesTime = made.AcquisitionTime = "101112.5"
    made.Modality = about.modality
    made.Manufacturer = about.manufacturer
    made.ManufacturerModelName = about.model
    made.SeriesDescription = about.series_description
    made.PatientName = f"{about.patient}^Test"
    made.PatientID = about.patient
    made.PatientPosition = about.patient_position
    made.StudyInstanceUID = about.uid("study")
    made.SeriesInstanceUID = about.uid("series", about.series_number)
    made.FrameOfReferenceUID = about.uid("frame")
    made.StudyID = "1"
    made.SeriesNumber = about.series_number
    made.AcquisitionNumber = 1
    if about.kernel is not None and about.modality == "CT":
        made.ConvolutionKernel = about.kernel
    made.SamplesPerPixel = 1
    made.PhotometricInterpretation = "MONOCHROME2"
    made.BitsAllocated = cell.allocated
    made.BitsStored = cell.stored
    made.HighBit = cell.high_bit
    made.PixelRepresentation = int(cell.signed)
    return made


def ds(number: float) -> DSfloat:
    """A decimal string (VR DS) of at most 16 characters, as exact as that allows (PS3.5 section 6.2)."""
    return DSfloat(number, auto_format=True)


def apply(tags: Tags, made: Dataset) -> None:
    """Set, replace or (``None``) remove attributes; group 0002 goes to the file's meta information."""
    for key, value in tags.items():
        tag = Tag(key)
        target: Dataset = made.file_meta if tag.group == 2 else made
        if value is None:
            if tag in target:
                del target[tag]
        elif isinstance(key, str):
            setattr(target, key, value)
        else:
            vr, content = value
            target.add_new(tag, vr, content)
