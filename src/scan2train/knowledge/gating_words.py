"""Cardiac gating: the attributes and words by which headers of CT and MR tell it.

Sources: PS3.3 C.7.6.18.1 (Cardiac Synchronization), C.8.2.1 and C.8.4.1 (Scan Options), C.7.6.5 (Cine: Heart Rate,
Cardiac Framing Type); series names of coronary CT as Siemens ("BestDiast 75 %"), GE ("75% CARDIAC"), Philips ("78.0%")
and Canon write them, whose plain CT headers carry no Nominal Percentage of Cardiac Phase.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

#: The heart is what the scan is of.
CARDIAC: Final = re.compile(
    r"\bcoronar\w*|\bcoro\b|\bcard(?:iac|io|iaque|iaco|iaca)\w*|\bheart\b|\bherz\w*|\bkoronar\w*|\bcoeur\b"
    r"|\bcoraz\w*|\bcuore\b|\bcctas?\b|\bcorcta\b|\btavi\b|\btavr\b"
    r"|\bdiast\w*|\bsyst(?!em)\w*|\bbest ?(?:diast|syst)\w*",
    re.IGNORECASE,
)
_HEART_AT: Final = re.compile(r"\b(?:best ?)?(?:end[ -]?)?(?:diast|syst(?!em))\w*", re.IGNORECASE)
_PERCENT: Final = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d+)?|100) ?%(?! ?asir)", re.IGNORECASE)
#: A percentage behind one of these is no phase of the heart.
_OTHER: Final = re.compile(
    r"(?:asir(?:[ _-]?v)?|stenosis|dose|zoom|blend)\W*\d+(?:[.,]\d+)? ?%", re.IGNORECASE
)
_OPTION: Final = re.compile(
    r"CARDIAC|GATE|GATING|\bECG|\bEKG|\bCG\b|SNAPSHOT|RETRO\b|PROSP|TRIGGER", re.IGNORECASE
)
_NOT_GATED: Final = ("", "NONE", "NO", "OFF")


def percent_of_words(*texts: str, cardiac: bool = False) -> float | None:
    """The percentage of the way from one R wave to the next that words tell; ``None`` if none.

    Unless it is known that the scan is ``cardiac``, its words must say so: percentages are of many things.
    """
    if not cardiac and not any(CARDIAC.search(text) for text in texts):
        return None
    for text in texts:
        if found := _PERCENT.search(_OTHER.sub(" ", text)):
            return float(found[1].replace(",", "."))
    return None


def gating_of(row: Mapping[str, Any]) -> str:
    """What a header tells of gating, in words; empty where it tells nothing.

    ``row`` has ``description`` and ``protocol``, and of the first slice ``of_cardiac_percentage``,
    ``of_trigger_time_ms``, ``of_heart_rate``, ``of_cardiac_framing``, ``of_cardiac_technique``, ``of_scan_options`` and
    ``of_image_comments``.
    """
    texts = [row["description"] or "", row["protocol"] or "", row["of_image_comments"] or ""]
    said = []
    if row["of_cardiac_percentage"] is not None:
        said.append(f"Nominal Percentage of Cardiac Phase {row['of_cardiac_percentage']:g} %")
    # Zero is what scanners write that were not triggered.
    if row["of_trigger_time_ms"]:
        said.append(f"Trigger Time {row['of_trigger_time_ms']:g} ms")
    if (row["of_cardiac_technique"] or "").upper() not in _NOT_GATED:
        said.append(f"Cardiac Synchronization Technique {row['of_cardiac_technique']}")
    if (row["of_cardiac_framing"] or "").upper() not in _NOT_GATED:
        said.append(f"Cardiac Framing Type {row['of_cardiac_framing']}")
    if row["of_heart_rate"]:
        said.append(f"Heart Rate {row['of_heart_rate']:g}")
    if _OPTION.search(row["of_scan_options"] or ""):
        said.append(f"Scan Options {row['of_scan_options']}")
    percent = percent_of_words(*texts)
    if percent is not None:
        said.append(f"{percent:g} % in words")
    elif any(_HEART_AT.search(text) for text in texts):
        said.append("diastole or systole in words")
    return "; ".join(said)
