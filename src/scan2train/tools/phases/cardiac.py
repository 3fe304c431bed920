"""Where in the heartbeat, and where in the breath, a volume was taken; and which of a study is nearest to a target."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scan2train.errors import Scan2TrainError
from scan2train.formats.field import Field
from scan2train.header import header
from scan2train.knowledge.gating_words import percent_of_words
from scan2train.tables.source_folder import source_folder
from scan2train.tools.phases.times import Times

#: Nominal Interval, and R-R Interval Time Nominal of enhanced objects: from one R wave to the next, ms.
_INTERVALS: Final = ("0018,1062", "0020,9251")
#: Nominal Percentage of Respiratory Phase.
_BREATH: Final = "0020,9245"
#: How vendors write phases of a breath: "T=30%", "CT 50% Ex", "Gated, 0.0%A", "30% Inhale".
_BREATHS: Final = re.compile(
    r"\b(?:t ?= ?|gated\W*|(?:resp\w*|4d|breath\w*|atem\w*)\W*(?:phase\W*)?)(\d{1,3}(?:[.,]\d+)?) ?%"
    r"|\b(\d{1,3}(?:[.,]\d+)?) ?% ?(?:[ai]?(?:nsp|nh|ex)\w*|amp\w*|resp\w*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A percentage of the way round, and what told it; ``None`` where nothing did."""

    percent: float | None = None
    by: str = ""


def cardiac_place(row: Mapping[str, Any], times: Times) -> Place:
    """By Nominal Percentage of Cardiac Phase, else words, else Trigger Time within the interval between R waves."""
    if row["cardiac_percent"] is not None:
        from_words = percent_of_words(row["description"] or "", row["protocol"] or "")
        by = "words" if from_words == row["cardiac_percent"] else "Nominal Percentage of Cardiac Phase"
        return Place(percent=float(row["cardiac_percent"]), by=by)
    if row["dimension"] == "phase" and (delay_ms := _number(row["dimension_value"])) is not None:
        return _of_trigger(delay_ms, row, times)
    trigger = times.trigger_time_ms
    if not trigger:  # zero is what scanners write that were not triggered
        return Place()
    return _of_trigger(trigger, row, times)


def respiratory_place(row: Mapping[str, Any]) -> Place:
    """By Nominal Percentage of Respiratory Phase, else by words."""
    for text in (row["description"] or "", row["protocol"] or ""):
        if found := _BREATHS.search(text):
            percent = float((found[1] or found[2]).replace(",", "."))
            if percent <= 100:
                return Place(percent=percent, by="words")
    if (
        row["format"] != "dicom"
        or row["modality"] not in ("CT", "MR")
        or (row["member_frames"] or [2])[0] > 1
    ):
        return Place()
    told = _fields(row).get(_BREATH)
    return Place() if told is None else Place(percent=told, by="Nominal Percentage of Respiratory Phase")


def around(a: float, b: float) -> float:
    """How far two phases are apart: 95 % and 5 % by 10."""
    apart = abs(a - b) % 100.0
    return min(apart, 100.0 - apart)


def nearest(rows: Sequence[Mapping[str, Any]], target: float) -> list[tuple[float | None, bool | None]]:
    """For each row its distance from ``target`` in percent of the beat, and whether it is its study's nearest.

    Of equally near ones the first by path is taken. Rows are those of the table of phases.
    """
    away = [
        None if row["cardiac_percent"] is None else round(around(row["cardiac_percent"], target), 6)
        for row in rows
    ]
    studies: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        if away[at] is not None:
            studies[row["source"], row["study_uid"] or ""].append(at)
    best = {
        min(own, key=lambda at: (away[at], rows[at]["path"], rows[at]["volume"])) for own in studies.values()
    }
    return [(one, None if one is None else at in best) for at, one in enumerate(away)]


def _of_trigger(trigger_ms: float, row: Mapping[str, Any], times: Times) -> Place:
    told = _fields(row)
    interval_ms = next((told[tag] for tag in _INTERVALS if tag in told), None)
    rate = times.heart_rate
    length = interval_ms or (60_000.0 / rate if rate else None)
    if not length or not 0 <= trigger_ms <= length:
        return Place()
    by = "Nominal Interval" if interval_ms else "Heart Rate"
    return Place(percent=round(100.0 * trigger_ms / length, 3), by=f"Trigger Time and {by}")


def _fields(row: Mapping[str, Any]) -> dict[str, float]:
    """The attributes that no table keeps, of a volume's first file; a file that has gone says nothing."""
    if row["format"] != "dicom" or not row["member_path"]:
        return {}
    try:
        fields = header(Path(source_folder(row["source"])) / row["member_path"][0])
    except Scan2TrainError:
        return {}
    found: dict[str, float] = {}
    _collect(fields, found)
    return found


def _collect(fields: Sequence[Field], found: dict[str, float]) -> None:
    for field in fields:
        if field.tag in (*_INTERVALS, _BREATH) and (number := _number(field.value)) is not None:
            found.setdefault(field.tag, number)
        for item in field.items:
            _collect(item, found)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
