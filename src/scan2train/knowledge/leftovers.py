"""What identifies a patient, a person or a place and is still there, given what was declared of de-identification."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from scan2train.knowledge.confidentiality import (
    DATES,
    DESCRIPTIONS,
    DEVICES,
    INSTITUTIONS,
    NAMES,
    NEEDED,
    OPTIONS,
    OTHERS,
    PATIENT,
    PERSONAL,
)
from scan2train.knowledge.identifying import EMPTIED, REMOVED
from scan2train.knowledge.pseudonyms import dummy_date, names_somebody, stands_for, stands_in

_PATIENT_NAME, _PATIENT_ID, _BIRTH_DATE, _ACCESSION = 0x00100010, 0x00100020, 0x00100030, 0x00080050
_CREATOR = 0x00700084
#: ``O``, other, is what stands there instead.
_SEX = 0x00100040
#: Numbers that may be a pseudonym as well: by themselves, and with nothing declared, they prove nothing.
ONLY_NUMBERS = frozenset({"PatientID", "AccessionNumber", "IssuerOfPatientID"})
_OPTIONAL = DATES | DESCRIPTIONS | DEVICES | INSTITUTIONS | PATIENT | OTHERS
#: Shorter numbers count cases, longer ones are given by a hospital.
_SHORTEST_NUMBER = 6
#: Every tag that :func:`left_over` may have a word on.
WATCHED = EMPTIED | REMOVED | PATIENT


def left_over(
    tag: int,
    vr: str,
    values: Sequence[str],
    *,
    removed: bool,
    declared: Collection[str],
    patient_id: str = "",
) -> bool:
    """Whether an attribute still says who or where, and nothing that was declared lets it stay.

    Parameters
    ----------
    tag, vr, values
        The attribute; of a sequence, any text for each item.
    removed
        Whether Patient Identity Removed (0012,0062) is YES.
    declared
        Codes of the De-identification Method (CID 7050). Without any, only what is personal by itself counts.
    patient_id
        The Patient ID: a name that repeats it says nothing more.
    """
    text = " ".join(values).strip()
    if not text or tag not in WATCHED or vr == "TM":
        return False
    if vr == "SQ":
        return tag in PERSONAL or (removed and bool(declared) and tag in REMOVED - _OPTIONAL - NEEDED)
    if removed and declared:
        return _beyond(tag, vr, text, declared)
    if tag == _PATIENT_ID:
        return not removed and (_is_number(text) or names_somebody(text))
    if tag not in PERSONAL:
        return False
    if removed and (tag == _ACCESSION or tag in NAMES):
        return names_somebody(text)
    return _filled(tag, text, patient_id)


def _filled(tag: int, text: str, patient_id: str) -> bool:
    """Whether a personal attribute holds more than a stand-in."""
    if tag == _BIRTH_DATE:
        return not dummy_date(text)
    if tag == _PATIENT_NAME:
        return not stands_for(text, patient_id)
    if tag == _ACCESSION:
        return len(text) >= _SHORTEST_NUMBER and not stands_in(text)
    # Programs name themselves as the creator of what they made.
    return names_somebody(text) if tag == _CREATOR else not stands_in(text)


def _beyond(tag: int, vr: str, text: str, declared: Collection[str]) -> bool:
    """Whether it is outside of the options that were declared; a pseudonym is what the basic profile asks for."""
    if tag in NEEDED or any(tag in OPTIONS[code] for code in declared if code in OPTIONS):
        return False
    if vr in ("DA", "DT") or tag == _BIRTH_DATE:
        return not dummy_date(text)
    if tag in PATIENT:
        return (tag, text) != (_SEX, "O")
    if tag in DATES | OTHERS:
        return False
    if tag in EMPTIED and tag not in DEVICES | INSTITUTIONS:
        return names_somebody(text) and (tag in NAMES or tag in (_PATIENT_ID, _ACCESSION))
    return not stands_in(text)


def _is_number(text: str) -> bool:
    """A number as hospitals give them: long, and not one digit over and over or counted up."""
    return (
        text.isdigit() and len(text) >= _SHORTEST_NUMBER and not stands_in(text) and text not in "0123456789"
    )
