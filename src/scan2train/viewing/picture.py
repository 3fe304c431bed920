"""Where the sides of a picture are in the patient: of a film or a mammogram, which lies nowhere in space."""

from __future__ import annotations

from scan2train.viewing.entry import Entry

#: Letters of Patient Orientation (PS3.3 C.7.6.1.1.1) and the letters of directions in RAS; a foot's are left out.
_LETTERS = {"R": "R", "L": "L", "A": "A", "P": "P", "H": "S", "F": "I"}
_OPPOSITE = str.maketrans("RLAPSI", "LRPAIS")


def picture_of(entry: Entry) -> dict[str, str] | None:
    """The letters on the four sides of a picture, as far as its header tells; ``None`` of what lies in space."""
    if entry.about["role"] != "picture":
        return None
    row = entry.row()
    told = str((row or {}).get("patient_orientation") or "").replace("\\", ",").split(",")
    right, bottom = (_letters(one) for one in told) if len(told) == 2 else ("", "")
    return {
        "right": right,
        "left": right.translate(_OPPOSITE),
        "bottom": bottom,
        "top": bottom.translate(_OPPOSITE),
    }


def _letters(direction: str) -> str:
    given = direction.strip().upper()
    return "".join(_LETTERS[one] for one in given) if set(given) <= set(_LETTERS) else ""
