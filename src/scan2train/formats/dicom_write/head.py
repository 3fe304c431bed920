"""The header of a derived slice: who and what from the source, where from the grid, and how it came to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from scan2train._version import __version__
from scan2train.formats.dicom_write.kept import ACQUISITION, OF_KIND, STUDY, found, keep
from scan2train.formats.dicom_write.kinds import PET_UNITS, Kind
from scan2train.formats.dicom_write.planes import Planes
from scan2train.formats.dicom_write.uids import uid_of
from scan2train.volume import Volume

if TYPE_CHECKING:
    from scan2train.formats.dicom_write.source import Source

#: What must be there with a value, or at least be there (types 1 and 2), and what stands there where nothing is known.
_COMPOSITE: dict[str, Any] = {
    **dict.fromkeys(("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime")),
    **dict.fromkeys(
        ("StudyID", "AccessionNumber", "ReferringPhysicianName", "Manufacturer", "PatientPosition")
    ),
    **dict.fromkeys(("PositionReferenceIndicator", "AcquisitionNumber")),
}
_OF_KIND: dict[str, dict[str, Any]] = {
    "CT": {"KVP": None},
    "MR": {
        "ScanningSequence": "RM",
        "SequenceVariant": "NONE",
        "ScanOptions": None,
        "MRAcquisitionType": None,
        **dict.fromkeys(("RepetitionTime", "EchoTime", "EchoTrainLength")),
    },
    "PT": {
        "SeriesType": ["STATIC", "IMAGE"],
        "CountsSource": "EMISSION",
        "DecayCorrection": "NONE",
        **dict.fromkeys(("SeriesDate", "SeriesTime", "CorrectedImage", "CollimatorType")),
        **dict.fromkeys(("AcquisitionDate", "AcquisitionTime")),
        "FrameReferenceTime": "0",
        "RadiopharmaceuticalInformationSequence": Sequence(),
    },
    "SC": {"ConversionType": "WSD"},
}
#: Third value of Image Type where the source has none (PS3.3 C.8.2.1.1.1).
_THIRD = {"CT": "AXIAL", "MR": "OTHER"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Head:
    """What all slices of a series have in common; ``digest`` stands for their content, ``moved`` is in ``unit``s."""

    volume: Volume
    kind: Kind
    planes: Planes
    source: Source | None
    moved: float
    digest: str

    def of_slice(self, k: int) -> Dataset:
        """Everything but the pixels and what they mean."""
        made = Dataset()
        made.SpecificCharacterSet = "ISO_IR 192"
        behind = None if self.source is None else self.source.header(self.source.nearest(self.volume.grid, k))
        self._origin(made, behind)
        made.SOPClassUID = self.kind.sop_class
        made.SOPInstanceUID = uid_of(self.digest, "instance", k)
        made.SeriesInstanceUID = uid_of(self.digest, "series")
        made.Modality = self.kind.modality
        made.InstanceNumber = k + 1
        made.ImageType = self._image_type(behind)
        if self.volume.grid.physical:
            self._place(made, k, behind)
        if self.kind.word == "PT":
            self._uptake(made, k)
        self._derivation(made, k)
        return made

    def _origin(self, made: Dataset, behind: Dataset | None) -> None:
        usual = {**_COMPOSITE, **_OF_KIND[self.kind.word]}
        if self.kind.word == "SC":
            usual["Manufacturer"] = None
        for keyword, value in usual.items():
            setattr(made, keyword, value)
        if behind is not None:
            keep(made, behind, (*STUDY, *ACQUISITION, *OF_KIND[self.kind.word]))
        if "StudyInstanceUID" not in made:
            made.StudyInstanceUID = uid_of(self.digest, "study")
        number = None if behind is None else found(behind, "SeriesNumber")
        made.SeriesNumber = None if number is None else int(number.value) + 1000

    def _image_type(self, behind: Dataset | None) -> list[str]:
        element = None if behind is None else found(behind, "ImageType")
        words = [] if element is None else list(element.value) if element.VM > 1 else [element.value]
        third = words[2:] or ([_THIRD[self.kind.word]] if self.kind.word in _THIRD else [])
        return ["DERIVED", "SECONDARY", *third]

    def _place(self, made: Dataset, k: int, behind: Dataset | None) -> None:
        made.PixelSpacing = self.planes.pixel_spacing
        if self.volume.meta.get("role") == "picture":
            return  # a film has a spacing, and no place in the patient
        frame = None if behind is None else found(behind, "FrameOfReferenceUID")
        shared = frame is not None and self.source is not None and self.source.meets(self.volume.grid)
        made.FrameOfReferenceUID = (
            frame.value if shared and frame is not None else uid_of(self.digest, "frame")
        )
        made.ImagePositionPatient = self.planes.position(k)
        made.ImageOrientationPatient = self.planes.orientation
        made.SliceThickness = self.planes.gap_mm
        if self.kind.word == "MR":
            made.SpacingBetweenSlices = self.planes.gap_mm
        made.SliceLocation = self.planes.location_mm(k)

    def _uptake(self, made: Dataset, k: int) -> None:
        units, suv = PET_UNITS.get(self.volume.unit, ("NONE", ""))
        made.Units = units
        if suv:
            made.SUVType = suv
        made.ImageIndex, made.NumberOfSlices = k + 1, self.volume.grid.shape[2]

    def _derivation(self, made: Dataset, k: int) -> None:
        text = f"scan2train {__version__}"
        if self.moved:
            text += (
                f": values to the nearest stored step, moved by at most {self.moved:.3g} {self.volume.unit}"
            )
        made.DerivationDescription = text
        if self.source is None:
            return
        items = []
        for at in self.source.behind(self.volume.grid, k):
            item = Dataset()
            item.ReferencedSOPClassUID = self.source.sop_class
            item.ReferencedSOPInstanceUID = self.source.uids[at]
            if self.source.multiframe:
                item.ReferencedFrameNumber = self.source.frames[at] + 1
            items.append(item)
        made.SourceImageSequence = Sequence(items)
