"""Findings as they matter to a task: what it calls fatal is an error, what it would not take is information."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scan2train.choosing.unfit import OF_THE_TASK, outside
from scan2train.finding import Finding, Severity
from scan2train.index import Index
from scan2train.task import Task

#: Families of rules about images and how they were made. Files, masks, names in headers and the data set as a whole
#: concern a user whatever is to be learnt, and so does what the task says itself.
_OF_IMAGES = ("GEO", "PIX", "SER", "ACQ", "NII")


def for_task(findings: Iterable[Finding], index: Index, task: Task) -> list[Finding]:
    """The same findings: fatal ones raised to errors, those about images outside of the task lowered to information.

    Outside are images of another modality, localizers, captures and reformations; not what is merely unfit, such as a
    scan with contrast, which a person may still want to take. Either change is said in the advice.
    """
    why = _outside(index, task)
    return [_seen_from(one, task, why) for one in findings]


def _seen_from(one: Finding, task: Task, why: Mapping[str, str]) -> Finding:
    place = one.where.volume or one.where.series_uid or ""
    aside = why.get(place, "")
    if aside and one.code[:3] in _OF_IMAGES and one.code not in OF_THE_TASK:
        if one.severity is Severity.INFO:
            return one
        return replace(
            one,
            severity=Severity.INFO,
            advice=f"Nothing, as the task {task.name} does not take this ({aside}). Otherwise: {one.advice}",
        )
    if task.is_fatal(one.code) and one.severity is not Severity.ERROR and not aside:
        return replace(
            one,
            severity=Severity.ERROR,
            advice=f"{one.advice} The task {task.name} calls this fatal.".strip(),
        )
    return one


def _outside(index: Index, task: Task) -> dict[str, str]:
    """Why images are none of the task's, by volume, and by series where that holds for all that the series has."""
    names = ("volume", "series_uid", "role", "modality")
    found: dict[str, str] = {}
    of_series: dict[str, list[str]] = {}
    for row in index.volumes.select(names).iter_rows(named=True):
        reason = "" if row["role"] == "labels" else outside(row, task)
        if reason:
            found[row["volume"]] = reason
        if row["series_uid"]:
            of_series.setdefault(row["series_uid"], []).append(reason)
    return found | {uid: reasons[0] for uid, reasons in of_series.items() if all(reasons)}
