"""Headers of PET series from which uptake values follow, with the habits of the vendors; all of it made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from scan2train.errors import WrongUse

PetVendor = Literal["plain", "ge", "siemens", "philips"]

#: Half-life of fluorine-18 as scanners write it, in s.
F18_HALF_LIFE_S = 6586.2
_DOSE_KEYS = (
    *("RadionuclideTotalDose", "RadionuclideHalfLife"),
    *("RadiopharmaceuticalStartTime", "RadiopharmaceuticalStartDateTime"),
)


def pet_tags(
    vendor: PetVendor = "plain",
    *,
    dose_bq: float = 3.1e8,
    weight_kg: float = 71.5,
    height_m: float = 1.68,
    sex: str = "F",
    injected: str = "090000",
    scanned: str = "100000",
    date: str = "20240229",
    bed_s: int = 180,
    slices_a_bed: int = 3,
    **changes: Any,
) -> Callable[[int], Mapping[Any, Any]]:
    """Tags for a builder of series as its ``extra_tags``: those of slice ``k`` of a scan bed by bed.

    Parameters
    ----------
    vendor
        ``"plain"``: Series Time is the beginning of the scan. ``"ge"``: the series was made again an hour later, and
        GE's private element says when the scan began. ``"siemens"``: likewise without it, so that the first bed's
        Acquisition Time does. ``"philips"``: counts, with both private factors.
    dose_bq, weight_kg, height_m, sex
        Of the injection and the patient.
    injected, scanned, date
        Times (HHMMSS) and the date of the scan.
    bed_s, slices_a_bed
        How long a bed is scanned, and how many slices it gives.
    **changes
        Attributes to be set otherwise, by keyword, also those of the Radiopharmaceutical Information; ``None`` leaves
        one out.

    Raises
    ------
    WrongUse
        If the vendor is none of these.
    """
    if vendor not in _VENDORS:
        raise WrongUse("there is no PET header of this vendor", expected=", ".join(_VENDORS), found=vendor)
    dose = {
        "RadionuclideTotalDose": str(dose_bq),
        "RadionuclideHalfLife": str(F18_HALF_LIFE_S),
        "RadiopharmaceuticalStartTime": injected,
        "RadiopharmaceuticalStartDateTime": None,
        **{key: value for key, value in changes.items() if key in _DOSE_KEYS},
    }
    item = Dataset()
    for key, value in dose.items():
        if value is not None:
            setattr(item, key, value)
    same = {
        "PatientWeight": str(weight_kg),
        "PatientSize": str(height_m),
        "PatientSex": sex,
        "Units": "BQML",
        "CorrectedImage": ["NORM", "DECY", "ATTN", "SCAT"],
        "DecayCorrection": "START",
        "RadiopharmaceuticalInformationSequence": Sequence([item]),
        "SeriesDate": date,
        "SeriesTime": scanned,
        "AcquisitionDate": date,
        **_VENDORS[vendor](date, scanned),
        **{key: value for key, value in changes.items() if key not in _DOSE_KEYS},
    }

    def tags(k: int) -> Mapping[Any, Any]:
        own = {"AcquisitionTime": _later(scanned, k // slices_a_bed * bed_s), **same}
        return MappingProxyType(own)

    return tags


def _plain(_date: str, _scanned: str) -> dict[Any, Any]:
    return {}


def _ge(date: str, scanned: str) -> dict[Any, Any]:
    return {
        "Manufacturer": "GE MEDICAL SYSTEMS",
        "SeriesTime": _later(scanned, 3600),
        (0x0009, 0x0010): ("LO", "GEMS_PETD_01"),
        (0x0009, 0x100D): ("DT", f"{date}{scanned}.00"),
    }


def _siemens(_date: str, scanned: str) -> dict[Any, Any]:
    return {"Manufacturer": "SIEMENS", "SeriesTime": _later(scanned, 3600)}


def _philips(_date: str, _scanned: str) -> dict[Any, Any]:
    return {
        "Manufacturer": "Philips Medical Systems",
        "Units": "CNTS",
        (0x7053, 0x0010): ("LO", "Philips PET Private Group"),
        (0x7053, 0x1000): ("DS", "0.000271828"),
        (0x7053, 0x1009): ("DS", "1.61803"),
    }


_VENDORS: Mapping[str, Callable[[str, str], dict[Any, Any]]] = {
    "plain": _plain,
    "ge": _ge,
    "siemens": _siemens,
    "philips": _philips,
}


def _later(time: str, seconds: int) -> str:
    total = int(time[:2]) * 3600 + int(time[2:4]) * 60 + int(time[4:6]) + seconds
    return f"{total // 3600:02d}{total // 60 % 60:02d}{total % 60:02d}"
