"""What a derived slice keeps of the slice it comes from: attributes by keyword, PS3.3 C.7 and C.8."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

#: Patient and study, whole: a new series belongs to the study that its images come from.
STUDY = (
    *("PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "PatientAge"),
    *("PatientSize", "PatientWeight", "AnatomicalOrientationType", "PatientSpeciesDescription"),
    *("PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence"),
    *("LongitudinalTemporalInformationModified", "StudyInstanceUID", "StudyDate", "StudyTime", "StudyID"),
    *("StudyDescription", "AccessionNumber", "ReferringPhysicianName"),
)
#: Series, device and how it was acquired: what tells one acquisition from another.
ACQUISITION = (
    *("SeriesDate", "SeriesTime", "SeriesDescription", "ProtocolName", "BodyPartExamined", "Laterality"),
    *("PatientPosition", "PositionReferenceIndicator", "Manufacturer", "ManufacturerModelName"),
    *("InstitutionName", "StationName", "DeviceSerialNumber", "SoftwareVersions", "BurnedInAnnotation"),
    *("AcquisitionDate", "AcquisitionTime", "AcquisitionDateTime", "AcquisitionNumber", "ContentDate"),
    *("ContentTime", "ContrastBolusAgent", "ContrastBolusRoute", "ContrastBolusStartTime", "ScanOptions"),
    *("ImageLaterality", "ViewPosition", "LossyImageCompression", "LossyImageCompressionRatio"),
    *("LossyImageCompressionMethod", "TriggerTime", "TemporalPositionIdentifier"),
    *("NumberOfTemporalPositions", "NominalPercentageOfCardiacPhase"),
)
OF_KIND = {
    "CT": (
        *("KVP", "ConvolutionKernel", "FilterType", "ExposureTime", "XRayTubeCurrent", "Exposure"),
        *("ReconstructionDiameter", "DataCollectionDiameter", "GantryDetectorTilt", "TableHeight"),
        *("RotationDirection", "SpiralPitchFactor", "CTDIvol"),
    ),
    "MR": (
        *("ScanningSequence", "SequenceVariant", "MRAcquisitionType", "SequenceName", "RepetitionTime"),
        *("EchoTime", "EchoNumbers", "EchoTrainLength", "InversionTime", "FlipAngle", "NumberOfAverages"),
        *("ImagingFrequency", "ImagedNucleus", "MagneticFieldStrength", "DiffusionBValue"),
        *("DiffusionGradientOrientation", "ReceiveCoilName", "InPlanePhaseEncodingDirection"),
    ),
    "PT": (
        *("RadiopharmaceuticalInformationSequence", "SeriesType", "CountsSource", "CorrectedImage"),
        *("DecayCorrection", "CollimatorType", "ReconstructionMethod", "AttenuationCorrectionMethod"),
        *("RandomsCorrectionMethod", "ScatterCorrectionMethod", "PatientOrientationCodeSequence"),
        *("PatientGantryRelationshipCodeSequence", "FrameReferenceTime", "ActualFrameDuration"),
        *("DecayFactor", "DoseCalibrationFactor"),
    ),
    "SC": (),
}


def keep(made: Dataset, source: Dataset, keywords: Iterable[str]) -> None:
    """Copy the attributes that ``source`` has, an enhanced object's from its functional groups.

    A malformed value, which cannot be written again, is not passed on.
    """
    from pydicom.dataset import Dataset

    elements = [element for element in (found(source, word) for word in keywords) if element is not None]
    together = Dataset()
    for element in elements:
        together.add(element)
    if not _writable(together):
        elements = [element for element in elements if _writable(Dataset({element.tag: element}))]
    for element in elements:
        made.add(element)


def found(source: Dataset, keyword: str) -> DataElement | None:
    """The element of that keyword, or ``None`` where there is none with a value that can be understood."""
    for place in (source, *_groups(source)):
        try:
            if keyword not in place:
                continue
            element = place[keyword]
        except Exception:  # noqa: BLE001, S112  pydicom tells of a malformed value in many ways
            continue
        if not element.is_empty:
            return element
    return None


def _groups(source: Dataset) -> Iterable[Dataset]:
    """Items of the functional groups that all frames share, and of the first frame's own."""
    for name in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        groups: Any = source.get(name)
        if not groups:
            continue
        for element in groups[0]:
            if element.VR == "SQ" and element.value:
                yield element.value[0]


def _writable(dataset: Dataset) -> bool:
    from pydicom import dcmwrite

    try:
        dcmwrite(io.BytesIO(), dataset, implicit_vr=False, little_endian=True)
    except Exception:  # noqa: BLE001  as above
        return False
    return True
