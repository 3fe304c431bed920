"""Which kind of DICOM object a volume becomes: CT, MR or PET slices, or Secondary Capture for all that is none."""

from __future__ import annotations

from dataclasses import dataclass

from scan2train.errors import GeometryError, UnknownName, WrongUse
from scan2train.volume import Labels, Volume

#: Unit of values -> Units (0054,1001) and SUV Type (0054,1006) of a PET image, PS3.3 C.8.9.1.1.3.
PET_UNITS = {
    "Bq/ml": ("BQML", ""),
    "g/ml": ("GML", ""),
    "counts": ("CNTS", ""),
    "counts/s": ("CPS", ""),
    "SUVbw": ("GML", "BW"),
    "SUVlbm": ("GML", "LBM"),
    "SUVbsa": ("CM2ML", "BSA"),
}
_CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "PT": "1.2.840.10008.5.1.4.1.1.128",
    "SC": "1.2.840.10008.5.1.4.1.1.7",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """``word`` is ``CT``, ``MR``, ``PT`` or ``SC``; ``modality`` what Modality (0008,0060) says.

    ``rescale_type`` is ``HU``, or ``US`` for values in no unit that DICOM has a word for (PS3.3 C.11.1.1.2).
    """

    word: str
    modality: str
    rescale_type: str = "US"

    @property
    def sop_class(self) -> str:
        """SOP Class UID (PS3.4 B.5)."""
        return _CLASSES[self.word]


def kind_of(volume: Volume, modality: str | None) -> Kind:
    """Choose the kind from ``modality``, else from what the volume says of itself, else from its unit.

    Raises
    ------
    WrongUse
        If it is a label map, has several channels that are no colour, or its unit cannot be of that modality.
    UnknownName
        If ``modality`` is none of CT, MR, PT and SC.
    GeometryError
        If CT, MR or PT is asked for, and the volume has no millimetres.
    """
    if isinstance(volume, Labels):
        raise WrongUse(
            "labels are no image that a scanner measured",
            advice="Write them as a DICOM segmentation (format='seg') or as contours (format='rtstruct').",
        )
    if modality is not None and modality not in _CLASSES:
        raise UnknownName(
            f"modality cannot be {modality!r}",
            expected=", ".join(_CLASSES),
            advice="Whatever is none of CT, MR and PT becomes a secondary capture, SC.",
        )
    said = str(volume.meta.get("modality", ""))
    word = modality or (said if said in _CLASSES else _by_unit(volume.unit))
    if volume.array.ndim == 4:
        _require_colour(volume, modality)
        word = "SC"
    if word == "SC":
        return Kind("SC", said if said and modality is None else "OT")
    if not volume.grid.physical:
        if modality is None:
            return Kind("SC", word)
        raise GeometryError(
            f"a {word} slice has a place in the patient, and this image has only pixels",
            expected="a grid in mm",
            advice="Give the grid its spacing, or write it as a secondary capture, SC.",
        )
    _require_unit(word, volume.unit)
    # Formats that keep no unit leave it to who names the modality.
    in_hu = word == "CT" and (volume.unit == "HU" or modality == "CT")
    return Kind(word, word, "HU" if in_hu else "US")


def _by_unit(unit: str) -> str:
    return "CT" if unit == "HU" else "PT" if unit in PET_UNITS else "SC"


def _require_unit(word: str, unit: str) -> None:
    known = {"CT": ("HU",), "PT": tuple(PET_UNITS), "MR": ()}[word]
    if unit != "a.u." and unit not in known:
        raise WrongUse(
            f"values of {word} are not in {unit}",
            expected=" or ".join((*known, "a.u.")),
            found=unit,
            advice="Name the modality that it is, or set the volume's unit.",
        )


def _require_colour(volume: Volume, modality: str | None) -> None:
    channels = volume.array.shape[3]
    if channels != 3 or volume.array.dtype.name != "uint8":
        raise WrongUse(
            "a DICOM image with several channels is RGB",
            expected="(i, j, k, 3) uint8",
            found=f"{volume.array.shape} {volume.array.dtype}",
            advice="Write one channel, or one volume a channel.",
        )
    if modality not in (None, "SC"):
        raise WrongUse("colour is written as a secondary capture", expected="SC", found=modality)
