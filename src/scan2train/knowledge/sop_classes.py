"""SOP classes and modalities that decide what an image is for (PS3.4 table B.5-1, PS3.3 C.7.3.1.1.1)."""

from __future__ import annotations

from typing import Final

#: Secondary Capture Image Storage and its multi-frame kinds.
SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"
#: Segmentation, and Label Map Segmentation.
SEGMENTATIONS: Final = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
RT_DOSE: Final = "1.2.840.10008.5.1.4.1.1.481.2"
#: Enhanced PET Image Storage, and what legacy PET is converted to.
ENHANCED_PET: Final = ("1.2.840.10008.5.1.4.1.1.130", "1.2.840.10008.5.1.4.1.1.128.1")
#: Nuclear Medicine Image Storage.
NUCLEAR: Final = "1.2.840.10008.5.1.4.1.1.20"
PARAMETRIC_MAP: Final = "1.2.840.10008.5.1.4.1.1.30"

#: Modalities whose images are slices of a body in patient coordinates; without a place they cannot be used.
SLICED: Final = ("CT", "MR", "PT")
#: Modalities whose images are single pictures, each a volume of its own.
PICTURES: Final = (
    *("CR", "DX", "MG", "IO", "PX", "DG", "RF", "XA", "US", "IVUS", "ES", "GM", "SM", "XC", "OP", "RG", "TG"),
    *("LS", "EPS", "ECG", "HD", "SR", "DOC"),
)
#: Projection radiographs, whose spacing may be that of the detector (PS3.3 10.7.1).
FILMS: Final = ("CR", "DX", "MG", "IO", "PX", "DG", "RF", "XA", "RG")

#: Words of Image Type, or of a series description, that mark an image computed from other images.
DERIVED_WORDS: Final = (
    *(
        "MPR",
        "MIP",
        "MINIP",
        "MNIP",
        "PROJECTION IMAGE",
        "REFORMATTED",
        "REFORMAT",
        "SUBTRACTION",
        "SUBTRACT",
    ),
    *("VRT", "3D RENDERING", "VOLUME RENDERING", "SSD", "CPR", "CURVED", "AVERAGE", "FUSED"),
    # Maps of perfusion (PS3.3 C.8.16.1.4): flow and time in the grey values, and nothing in HU.
    *("RCBF", "RCBV", "CBF", "CBV", "MTT", "TTP", "TMAX"),
)
#: Such a word counts in Image Type alone: in a description, "sub" begins the name of a subject.
DERIVED_KINDS: Final = (*DERIVED_WORDS, "SUB", "SUBTRACTED")
#: Words that mark a localizer where Image Type does not.
LOCALIZER_WORDS: Final = (
    *("LOCALIZER", "LOCALISER", "SCOUT", "TOPOGRAM", "SURVIEW", "SURVEY", "PILOT", "3-PLANE", "3PLANE"),
)

#: Transfer syntaxes that always lose information (PS3.5 section 10): JPEG baseline and extended, near-lossless
#: JPEG-LS, baseline JPEG packed anew as JPEG XL, and the video codecs.
LOSSY_SYNTAXES: Final = (
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.100",
    "1.2.840.10008.1.2.4.101",
    "1.2.840.10008.1.2.4.102",
    "1.2.840.10008.1.2.4.103",
    "1.2.840.10008.1.2.4.111",
)
