"""DICOM objects that labels are written as."""

from __future__ import annotations

from typing import Final, Literal

#: A segmentation of each type (PS3.3 C.8.20.2.3), by the word that asks for it.
SEGMENTATIONS_WRITTEN: Final[dict[str, Literal["binary", "fractional", "labelmap"]]] = {
    "seg": "binary",
    "seg-labelmap": "labelmap",
    "seg-fractional": "fractional",
}
#: All that there are: these, and the structure set of contours.
LABEL_OBJECTS: Final = (*SEGMENTATIONS_WRITTEN, "rtstruct")
