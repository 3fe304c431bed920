"""Values that stand where an identity was, and name nobody: what de-identification and test scans leave behind."""

from __future__ import annotations

import re
from typing import Final

#: Words of which one makes a value a stand-in: several languages, and the words of common tools.
_STAND_IN: Final = re.compile(
    r"(?<![^\W\d_])(?:anon[^\W\d_]*|pseudo[^\W\d_]*|de[-_ ]?ident[^\W\d_]*|dummy|unknown|unbekannt|unspecified"
    r"|undefined|inconnu|removed|redacted|masked|hidden|withheld|confidential|deleted|blank|empty|scrubbed|cleaned"
    r"|private|not[-_ ](?:given|available|known|specified)|phantom|phantoms|test|tests|sample|example|demo|subject"
    r"|patient|volunteer|proband|case|study|research|participant|control|none|null|nil|nobody|noname"
    r"|no[-_ ](?:name|info)|n/?a|animal|mouse|rat|qa|qc)"
    r"(?![^\W\d_])",
    re.IGNORECASE,
)
_PUNCTUATION: Final = re.compile(r"[\s\^=._\-/\\,:;*#?()\[\]{}<>'\"+~]+")
_LETTERS: Final = re.compile(r"[^\W\d_]+", re.UNICODE)
#: Dates that stand for "some day": the first of a year, and days before there were scanners of the kind.
_DUMMY_DATE: Final = re.compile(r"^\d{4}0101|^0000|^\d{4}$|^9999|^(19111111|11111111|19000000)")


def stands_in(value: str) -> bool:
    """Whether a text is none, one character over and over, or a word such as ``ANONYMOUS``."""
    bare = _PUNCTUATION.sub("", value)
    return len(set(bare.lower())) <= 1 or bool(_STAND_IN.search(value))


def dummy_date(value: str) -> bool:
    """Whether a date (DA, DT) is a stand-in: the first of January, or no day that there ever was."""
    return not value.strip() or bool(_DUMMY_DATE.match(value.strip().replace("-", "").replace(".", "")))


def names_somebody(value: str) -> bool:
    """Whether a text looks like the name of a person: at least two words of letters, and no digit.

    ``Doe^Jane``, ``Doe, Jane`` and ``Jane Doe`` do; ``STS_002``, ``ANON^Patient`` and ``HFS`` do not.
    """
    if any(letter.isdigit() for letter in value) or stands_in(value):
        return False
    words = [word for word in re.split(r"[\^\s=,]+", value) if len(_LETTERS.findall(word)) >= 1]
    return sum(len(word) >= 2 for word in words) >= 1 and len(words) >= 2


def stands_for(name: str, patient_id: str) -> bool:
    """Whether a patient's name is no more than the id again, or a code: with digits, or a stand-in."""
    if names_somebody(name):
        return False
    plain, other = (_PUNCTUATION.sub("", text).lower() for text in (name, patient_id))
    return stands_in(name) or any(letter.isdigit() for letter in name) or plain == other
