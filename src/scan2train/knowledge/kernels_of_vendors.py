"""Reconstruction kernels (Convolution Kernel, 0018,1210) by the vendors' own order of sharpness.

A prior, not a measurement: vendors rename, and iterative reconstruction changes what a kernel does. Classes:
``smooth``; ``medium``, a vendor's standard for the body; ``sharp``, for lung, bone and edges.

Sources: Siemens Somatom Sensation and Force manuals (body and head kernels, quantitative kernels); GE Revolution
and Discovery user guides; Philips Brilliance filter guide; Canon (Toshiba) Aquilion FC tables; PS3.3 C.8.15.3.5
for the terms of enhanced CT.
"""

from __future__ import annotations

import re
from typing import Final

_GE: Final = {
    "SOFT": "smooth",
    "STANDARD": "medium",
    "STND": "medium",
    "STD+": "medium",
    "CHST": "medium",
    "CHEST": "medium",
    "DETAIL": "medium",
    "LUNG": "sharp",
    "BONE": "sharp",
    "BONEPLUS": "sharp",
    "BONE+": "sharp",
    "EDGE": "sharp",
    "ULTRA": "sharp",
    "HD LUNG": "sharp",
}
_PHILIPS: Final = {
    "A": "smooth",
    "SA": "smooth",
    "UA": "smooth",
    "B": "medium",
    "SB": "medium",
    "UB": "medium",
    "IB": "medium",
    "C": "medium",
    "SC": "medium",
    "UC": "medium",
    "XCA": "medium",
    "XCB": "medium",
    "XCC": "medium",
    "CA": "medium",
    "CB": "medium",
    "CC": "sharp",
    "D": "sharp",
    "E": "sharp",
    "F": "sharp",
    "EB": "sharp",
    "EC": "sharp",
    "L": "sharp",
    "Y-DET": "sharp",
    "Y-SHARP": "sharp",
    "YA": "sharp",
    "YB": "sharp",
    "YC": "sharp",
    "YD": "sharp",
}
_ENHANCED: Final = {
    "BRAIN": "medium",
    "SOFT_TISSUE": "medium",
    "CONSTANT_Q": "medium",
    "LUNG": "sharp",
    "BONE": "sharp",
}
#: Siemens: a letter (body, head, quantitative, …), a second one since 2014, then the sharpness in tens.
_SIEMENS: Final = re.compile(r"^(?:[BHSUTDJ]|[BHQUS][A-Z])(\d\d)[A-Z]?$")
_CANON: Final = re.compile(r"^FC(\d\d)")


def kernel_class(manufacturer: str, kernel: str) -> str:
    """``smooth``, ``medium`` or ``sharp``; empty where the table does not know the kernel.

    ``kernel`` may have several values joined by a backslash; the first is the kernel, others tell its strength.
    """
    name = kernel.partition("\\")[0].strip().upper()
    maker = manufacturer.upper()
    if not name:
        return ""
    if "SIEMENS" in maker:
        return _siemens(name)
    if maker.startswith("GE") or "GENERAL ELECTRIC" in maker:
        return _GE.get(name, "") or _ENHANCED.get(name, "")
    if "PHILIPS" in maker:
        return _PHILIPS.get(name, "") or _ENHANCED.get(name, "")
    if "TOSHIBA" in maker or "CANON" in maker:
        return _canon(name)
    return _ENHANCED.get(name, "")


def _siemens(name: str) -> str:
    found = _SIEMENS.match(name)
    if found is None:
        return ""
    sharpness = int(found[1])
    return "smooth" if sharpness < 30 else "medium" if sharpness < 50 else "sharp"


def _canon(name: str) -> str:
    found = _CANON.match(name)
    if found is None:
        return ""
    number = int(found[1])
    if number in (30, 31, 35) or number >= 50:
        return "sharp"
    return "smooth" if number in (1, 2, 10, 11, 12, 17) else "medium"
