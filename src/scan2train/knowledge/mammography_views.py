"""Views of mammography: codes and words of headers, and what the field calls them.

Sources: PS3.16 CID 4014 (View for Mammography), with the SNOMED CT codes and the older SNOMED RT ones that it
replaced; PS3.3 C.8.11.7 (Mammography Image), whose View Position has no defined terms; ACR BI-RADS atlas, labelling
codes, for the abbreviations.
"""

from __future__ import annotations

import re
from typing import Final

#: What is no view of a breast in a patient.
SPECIMEN: Final = "SPECIMEN"

#: Code Value of the first item of the View Code Sequence -> abbreviation.
VIEW_OF_CODE: Final = {
    **dict.fromkeys(("399162004", "R-10242"), "CC"),
    **dict.fromkeys(("399368009", "R-10226"), "MLO"),
    **dict.fromkeys(("399260004", "R-10224"), "ML"),
    **dict.fromkeys(("399352003", "R-10228"), "LM"),
    **dict.fromkeys(("399099002", "R-10230"), "LMO"),
    **dict.fromkeys(("399196006", "R-10244"), "FB"),
    **dict.fromkeys(("399188001", "R-102D0"), "SIO"),
    **dict.fromkeys(("441555000", "R-40AAA"), "ISO"),
    **dict.fromkeys(("399192008", "R-1024A"), "XCCL"),
    **dict.fromkeys(("399101009", "R-1024B"), "XCCM"),
    **dict.fromkeys(("127457009", "G-8310"), SPECIMEN),
}

#: The BI-RADS codes put letters before a view, for side and magnification, and behind it, for a displaced implant.
_WORD: Final = re.compile(r"(?P<side>[RL])?M?(?P<view>MLO|LMO|XCCL|XCCM|XCC|CC|ML|LM|SIO|ISO|FB)(?:ID)?")
_PHRASES: Final = (
    (re.compile(r"SPECIMEN"), SPECIMEN),
    (re.compile(r"(?:EXAGGERATED|XC)\W*CRANIO|CRANIO\W?CAUDAL\W*EXAGGERATED"), "XCC"),
    (re.compile(r"CRANIO\W?CAUDAL"), "CC"),
    (re.compile(r"MEDIO?(?:AL)?\W?LATERAL\W*OBLIQUE"), "MLO"),
    (re.compile(r"LATERO\W?MEDIAL"), "LM"),
    (re.compile(r"MEDIO?(?:AL)?\W?LATERAL"), "ML"),
)
_SIDES: Final = {"R": "R", "RIGHT": "R", "RT": "R", "L": "L", "LEFT": "L", "LT": "L"}


def view_in(text: str) -> str:
    """The view that a text names (``"R MLO"``, ``"LCC"``, ``"cranio-caudal"``): an abbreviation, or empty."""
    upper = text.upper()
    for pattern, view in _PHRASES:
        if pattern.search(upper):
            return view
    for word in re.findall(r"[A-Z]+", upper):
        found = _WORD.fullmatch(word)
        if found:
            return found["view"]
    return ""


def side_in(text: str) -> str:
    """The breast that a text names: ``R``, ``L``, or empty where it names none or both."""
    sides = set()
    for word in re.findall(r"[A-Z]+", text.upper()):
        found = _WORD.fullmatch(word)
        side = _SIDES.get(word) or (found["side"] if found else None)
        if side:
            sides.add(side)
    return sides.pop() if len(sides) == 1 else ""
