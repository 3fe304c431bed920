"""Views of mammography: codes and words of headers, and what the field calls them.

Sources: PS3.16 CID 4014 (View for Mammography), with the SNOMED CT codes and the older SNOMED RT ones that it
replaced; PS3.3 C.8.11.7 (Mammography Image), whose View Position has no defined terms; ACR BI-RADS atlas, labelling
codes, for the abbreviations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

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


#: The edge of the chest wall on a film as it is hung: two of them lie back to back.
CHEST_WALL_OF_SIDE: Final = {"L": "left", "R": "right"}


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


def view_of(row: Mapping[str, Any]) -> str:
    """The view of a picture by its row of the volumes table; that of a mammogram in whatever spelling it is told."""
    told = (row["view"] or "").strip().upper()
    if row["modality"] != "MG":
        return told
    return view_in(told) or told or view_in(row["description"] or "")


def side_of(row: Mapping[str, Any]) -> str:
    """The breast of a mammogram, or the side of another picture: ``R``, ``L``, ``B``, or empty where it is not told."""
    told = (row["laterality"] or "").strip().upper()[:1]
    if told in ("R", "L", "B") or row["modality"] != "MG":
        return told
    return side_in(row["view"] or "") or side_in(row["description"] or "")


def directions_in(orientation: str) -> tuple[str, str]:
    """Where the right and the lower edge of a picture lie, of Patient Orientation; both empty where it does not say.

    Other words than letters of directions point nowhere, and may be a name.
    """
    towards = [word.strip() for word in orientation.upper().split("\\")]
    if len(towards) != 2 or not set("".join(towards)) <= set("LRAPHF"):
        return "", ""
    return towards[0], towards[1]


def lower_side(towards: tuple[str, str]) -> str:
    """The side that the lower end of the picture points to: of a film as it is hung, not the breast's own."""
    letters = set(towards[1]) & {"L", "R"}
    return letters.pop() if len(letters) == 1 else ""


def side_of_wall(chest_wall: str, orientation: str) -> str:
    """The breast of a film by the edge of its chest wall: ``R``, ``L``, or empty where that does not tell.

    The lower end points away from the breast's own side where Patient Orientation says which; without that, the film
    is taken to be hung as usual.
    """
    towards = directions_in(orientation)
    if lower := lower_side(towards):
        return {"L": "R", "R": "L"}[lower] if chest_wall else ""
    if any(towards):
        return ""
    return next((side for side, edge in CHEST_WALL_OF_SIDE.items() if edge == chest_wall), "")
