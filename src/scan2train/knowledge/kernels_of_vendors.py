"""Reconstruction kernels (Convolution Kernel, 0018,1210) by the vendors' own order of sharpness.

A prior, not a measurement: vendors rename, and iterative reconstruction changes what a kernel does. Classes:
``smooth``; ``medium``, a vendor's standard for the body; ``sharp``, for lung, bone and edges.

Sources: Siemens Somatom Sensation and Force manuals (body and head kernels, quantitative kernels); GE Revolution
and Discovery user guides; Philips Brilliance filter guide; Canon (Toshiba) Aquilion FC tables; PS3.3 C.8.15.3.5
for the terms of enhanced CT.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, Literal

from scan2train.knowledge.vendors import vendor_of

KernelClass = Literal["smooth", "medium", "sharp", ""]

_ENHANCED: Final[Mapping[str, KernelClass]] = {
    "BRAIN": "medium",
    "SOFT_TISSUE": "medium",
    "SOFT TISSUE": "medium",
    "CONSTANT_Q": "medium",
    "LUNG": "sharp",
    "BONE": "sharp",
}
_GE: Final[Mapping[str, KernelClass]] = {
    "SOFT": "smooth",
    "SMOOTH": "smooth",
    "STANDARD": "medium",
    "STND": "medium",
    "STD": "medium",
    "STD+": "medium",
    "STANDARD+": "medium",
    "STANDARD PLUS": "medium",
    "CHST": "medium",
    "CHEST": "medium",
    "DETAIL": "medium",
    "LUNG": "sharp",
    "BONE": "sharp",
    "BONEPLUS": "sharp",
    "BONE PLUS": "sharp",
    "BONE+": "sharp",
    "EDGE": "sharp",
    "EDGE PLUS": "sharp",
    "ULTRA": "sharp",
}
_PHILIPS: Final[Mapping[str, KernelClass]] = {
    "A": "smooth",
    "EA": "smooth",
    "IA": "smooth",
    "SA": "smooth",
    "UA": "smooth",
    "CA": "smooth",
    "XCA": "smooth",
    "SMOOTH": "smooth",
    "B": "medium",
    "EB": "medium",
    "IB": "medium",
    "SB": "medium",
    "UB": "medium",
    "CB": "medium",
    "XCB": "medium",
    "UC": "medium",
    "XCC": "medium",
    "STANDARD": "medium",
    "BRAIN STANDARD": "medium",
    "BRAIN SHARP": "medium",
    "BODY": "medium",
    "C": "sharp",
    "SC": "sharp",
    "EC": "sharp",
    "IC": "sharp",
    "CC": "sharp",
    "CD": "sharp",
    "XCD": "sharp",
    "UD": "sharp",
    "D": "sharp",
    "E": "sharp",
    "F": "sharp",
    "L": "sharp",
    "LUNG": "sharp",
    "DETAIL": "sharp",
    "SHARP": "sharp",
    "Y-DET": "sharp",
    "Y-DETAIL": "sharp",
    "Y-SHARP": "sharp",
    "Y-SHP": "sharp",
    "YA": "sharp",
    "YB": "sharp",
    "YC": "sharp",
    "YD": "sharp",
    "YE": "sharp",
}
_CANON: Final[Mapping[str, KernelClass]] = {
    "BODY": "medium",
    "BODY STD": "medium",
    "BRAIN": "medium",
    "BRAIN CTA": "medium",
    "CARDIAC": "medium",
    "BODY SHARP": "sharp",
    "LUNG": "sharp",
    "BONE": "sharp",
    "INNER EAR": "sharp",
}
#: Siemens: a letter (body, head, special, ultra-high, iterative, …) or, since 2014, two; then the sharpness in tens,
#: how long a rotation takes (s, f, h) or the version (d, u), and the strength of iterative reconstruction.
_SIEMENS: Final = re.compile(
    r"(?:[BHSUTDIJV]|A[BHS]|[BHQUS][A-Z]) ?(\d\d)(?: ?[A-Z])?(?: ?[/_@ -]? ?Q?[1-5])?"
)
#: Canon: FC and a number, or FL with a filter for low doses; then options, such as H for a helix.
_FC: Final = re.compile(r"F[CL] ?0?(\d\d)(?!\d)")
_SHARP_FC: Final = (30, 31, 35)
_SMOOTH_FC: Final = (1, 2, 10, 11, 12, 17)
#: Kernels of the head with correction of beam hardening; around them lie those of lung, bone and inner ear.
_HEAD_FC: Final = range(62, 70)
_SPLIT: Final = re.compile(r"[\\,;|]")


def kernel_class(manufacturer: str, kernel: str) -> KernelClass:
    """``smooth``, ``medium`` or ``sharp``; empty where the table does not know the kernel.

    Parameters
    ----------
    manufacturer
        As the header writes it; where it names none of the four vendors, all their tables are asked, and what they
        agree on counts.
    kernel
        Any spelling; with several values (joined by a backslash) the first that is a kernel counts, and the others tell
        of iterative reconstruction.
    """
    return _class(vendor_of(manufacturer), kernel)


@cache
def _class(vendor: str, kernel: str) -> KernelClass:
    for value in _SPLIT.split(kernel):
        name = " ".join(value.strip(" []'\"").upper().split())
        if name and (found := _of_name(vendor, name)):
            return found
    return ""


def _of_name(vendor: str, name: str) -> KernelClass:
    if vendor:
        return _TABLES[vendor](name) or _ENHANCED.get(name, "")
    known: set[KernelClass] = {table(name) for table in _TABLES.values()} | {_ENHANCED.get(name, "")}
    known.discard("")
    return known.pop() if len(known) == 1 else ""


def _siemens(name: str) -> KernelClass:
    found = _SIEMENS.fullmatch(name)
    if found is None:
        return ""
    sharpness = int(found[1])
    return "smooth" if sharpness < 30 else "medium" if sharpness < 50 else "sharp"


def _ge(name: str) -> KernelClass:
    # HD: the same kernel at high resolution; a ratio or a strength after the name is of iterative reconstruction.
    plain = re.sub(r"^HD[ _]?(?=[A-Z])|[ _/-](?:SS|AR|ASIR|DL|DLIR)[-A-Z]* ?\d*%?.*$", "", name)
    return _GE.get(plain, "")


def _philips(name: str) -> KernelClass:
    return _PHILIPS.get(re.sub(r"[ _/-]*(?:IDOSE|IMR|ENH).*$", "", name), "")


def _canon(name: str) -> KernelClass:
    found = _FC.match(name)
    if found is None:
        return _CANON.get(re.sub(r"^(?:FIRST|AICE)[ _-]?|[ _-](?:MILD|STANDARD|STD|STRONG)$", "", name), "")
    number = int(found[1])
    if number in _HEAD_FC:
        return "medium"
    if number in _SHARP_FC or number >= 50:
        return "sharp"
    return "smooth" if number in _SMOOTH_FC else "medium"


_TABLES: Final[Mapping[str, Callable[[str], KernelClass]]] = {
    "siemens": _siemens,
    "ge": _ge,
    "philips": _philips,
    "canon": _canon,
}
