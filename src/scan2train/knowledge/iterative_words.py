"""Iterative and learnt reconstruction, and how strong it is, from what headers write of it.

No standard attribute carries it in plain CT: vendors put it behind the kernel's name or into descriptions, where it is
lost on whoever compares kernels by name. Strong reconstruction takes noise away and with it the fine grain that a
kernel's name promises.

Sources: Siemens SAFIRE, ADMIRE and QIR (strength 1 to 5, second value of Convolution Kernel; I26 to I70 are SAFIRE's
kernels); GE ASiR (SS, percent), ASiR-V (AR, percent), Veo, TrueFidelity (DLIR, L, M, H); Philips iDose (level 1 to 7)
and IMR (1 to 3); Canon AIDR 3D, FIRST and AiCE (mild, standard, strong).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from scan2train.knowledge.vendors import vendor_of

#: What is written in a kernel's values or a description, and the name of the method; group 1 is its strength.
_WORDS: Final = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("SAFIRE", r"\bSAFIRE\b\W*(\d)?"),
        ("ADMIRE", r"\bADMIRE\b\W*(\d)?"),
        ("QIR", r"\bQIR\b\W*(\d)?"),
        ("ASiR-V", r"\bASIR[ _-]?V\b\W*(\d+ ?%?)?|\bAR(\d0)\b"),
        ("ASiR", r"\bASIR\b\W*(\d+ ?%?)?|\bSS(\d0)\b"),
        ("TrueFidelity", r"\b(?:DLIR|TRUE ?FIDELITY)\b\W*(L|M|H|LOW|MEDIUM|HIGH)?\b"),
        ("Veo", r"\bVEO\b()"),
        ("iDose", r"\bI ?DOSE(?:4|\^4)?\b\W*(?:LEVEL)?\W*(\d)?"),
        ("IMR", r"\bIMR\W*(?:LEVEL)?\W*(\d)?\b"),
        ("AIDR 3D", r"\bAIDR[ _]?3D\b\W*(?:ENHANCED|E)?\W*(MILD|STANDARD|STD|STRONG|STR|WEAK)?\b"),
        ("AiCE", r"\bAICE\b\W*(?:BODY|LUNG|BRAIN|CARDIAC)?\W*(MILD|STANDARD|STD|STRONG|STR)?\b"),
    )
)
#: Siemens: I and J begin SAFIRE's kernels, two letters those of ADMIRE; the strength is a value of its own, or follows.
_SIEMENS: Final = re.compile(r"\W*([A-Z]{1,2})\d\d[a-z]?\W+[\"']?Q?([1-5])\W*", re.IGNORECASE)
_SAFIRE_ALONE: Final = re.compile(r"\W*[IJ]\d\d[a-z]?\W*", re.IGNORECASE)
#: An English word in descriptions; a method only among the values of a kernel.
_FIRST: Final = re.compile(
    r"\bFIRST\b\W*(?:BODY|LUNG|BONE|CARDIAC|BRAIN)?\W*(MILD|STANDARD|STD|STRONG)?", re.IGNORECASE
)


@cache
def iterative_of(manufacturer: str, kernel: str, *texts: str) -> str:
    """The method of iterative reconstruction and its strength, as ``"SAFIRE 3"``; empty where none is written.

    Parameters
    ----------
    manufacturer, kernel
        As the header writes them; several values joined by a backslash.
    texts
        Descriptions that may name it.
    """
    vendor = vendor_of(manufacturer)
    if vendor in ("siemens", "") and (found := _SIEMENS.fullmatch(kernel)):
        letters = found[1].upper()
        method = "SAFIRE" if letters in ("I", "J") else "ADMIRE" if len(letters) == 2 else "iterative"
        return f"{method} {found[2]}"
    if vendor == "canon" and (found := _FIRST.search(kernel)):
        return _told("FIRST", found)
    for text in (kernel, *texts):
        for name, pattern in _WORDS:
            if said := pattern.search(text):
                return _told(name, said)
    return "SAFIRE" if vendor == "siemens" and _SAFIRE_ALONE.fullmatch(kernel) else ""


def _told(name: str, found: re.Match[str]) -> str:
    strength = next((word for word in found.groups() if word), "")
    return f"{name} {strength.strip()}".strip()
