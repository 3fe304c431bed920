"""The headers of four vendors as their scanners write them: names, kernels, private elements; all made up."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from scan2train.errors import WrongUse

Vendor = Literal["siemens", "ge", "philips", "canon"]

#: Attributes by modality; a private element is a tag and its (VR, value), below its creator.
_NAMES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "siemens": {
        "CT": ("SIEMENS", "SOMATOM Definition Flash", "syngo CT 2012B"),
        "MR": ("SIEMENS", "MAGNETOM Skyra", "syngo MR E11"),
        "PT": ("SIEMENS", "Biograph64_mCT", "VG60A"),
    },
    "ge": {
        "CT": ("GE MEDICAL SYSTEMS", "Revolution CT", "revo_ct_21b.33"),
        "MR": ("GE MEDICAL SYSTEMS", "SIGNA Premier", "29\\LX\\MR Software release:RX29.1"),
        "PT": ("GE MEDICAL SYSTEMS", "Discovery 710", "pet_coreload.46"),
    },
    "philips": {
        "CT": ("Philips", "Ingenuity CT", "4.1.7"),
        "MR": ("Philips", "Ingenia", "5.6.1\\5.6.1.1"),
        "PT": ("Philips", "Vereos PET/CT", "3.0"),
    },
    "canon": {
        "CT": ("Canon Medical Systems", "Aquilion ONE", "V10.11ER002"),
        "MR": ("Canon Medical Systems", "Vantage Galan 3T", "V7.0"),
        "PT": ("Canon Medical Systems", "Cartesion Prime", "V2.1"),
    },
}
_PRIVATE: Mapping[str, Mapping[tuple[int, int], tuple[str, Any]]] = {
    "siemens": {
        (0x0029, 0x0010): ("LO", "SIEMENS CSA HEADER"),
        (0x0029, 0x1008): ("CS", "IMAGE NUM 4"),
        (0x0029, 0x1010): ("OB", b"SV10\4\3\2\1" + bytes(24)),
    },
    "ge": {
        (0x0009, 0x0010): ("LO", "GEMS_IDEN_01"),
        (0x0009, 0x1002): ("SH", "ct99"),
        (0x0043, 0x0010): ("LO", "GEMS_PARM_01"),
        (0x0043, 0x1010): ("US", 400),
    },
    "philips": {
        (0x2001, 0x0010): ("LO", "Philips Imaging DD 001"),
        (0x2001, 0x1002): ("IS", "0"),
        (0x2001, 0x1018): ("SL", 40),
    },
    "canon": {
        (0x7005, 0x0010): ("LO", "TOSHIBA_MEC_CT_1.0"),
        (0x7005, 0x1008): ("CS", "ORG"),
        (0x7005, 0x1009): ("SS", 1),
    },
}
_KERNELS: Mapping[str, tuple[str, str]] = {
    "siemens": ("B30f", "B70f"),
    "ge": ("STANDARD", "LUNG"),
    "philips": ("B", "YC"),
    "canon": ("FC08", "FC52"),
}


def vendor_tags(vendor: Vendor, modality: str = "CT", *, sharp: bool = False) -> Mapping[Any, Any]:
    """Tags to be given to a builder of series as its ``extra_tags``.

    Parameters
    ----------
    vendor, modality
        One of the four vendors; ``"CT"``, ``"MR"`` or ``"PT"``.
    sharp
        For a CT, the kernel for lungs and bone in place of the standard one for the body.

    Raises
    ------
    WrongUse
        If vendor or modality is none of these.
    """
    if vendor not in _NAMES or modality not in _NAMES[vendor]:
        raise WrongUse(
            "there is no header of this vendor and modality",
            expected="siemens, ge, philips or canon, and CT, MR or PT",
            found=f"{vendor}, {modality}",
        )
    manufacturer, model, software = _NAMES[vendor][modality]
    tags: dict[Any, Any] = {
        "Manufacturer": manufacturer,
        "ManufacturerModelName": model,
        "SoftwareVersions": software.split("\\"),
        "StationName": f"{modality}{len(model):02d}{vendor[:2].upper()}",
        **_PRIVATE[vendor],
    }
    if modality == "CT":
        tags["ConvolutionKernel"] = _KERNELS[vendor][sharp]
    return MappingProxyType(tags)
