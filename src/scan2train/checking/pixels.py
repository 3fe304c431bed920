"""The rules that look at pixels: every volume is read once, where its death costs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

from scan2train.checking.conclude import Seen
from scan2train.checking.failed import failed, run_safely, unseen
from scan2train.errors import Scan2TrainError
from scan2train.finding import Finding, Severity, Where
from scan2train.knowledge.rule_names import RULE_NAMES
from scan2train.rule import Rule, at
from scan2train.rule.inputs import PIXELS
from scan2train.rule.load import all_rules, built_in
from scan2train.runners.outcome import Outcome
from scan2train.runners.progress import Progress
from scan2train.task import Task
from scan2train.volume import Labels, Volume

#: A volume's row; where it is a mask, what the data set declares of its values, else ``None``.
Item = tuple[Mapping[str, Any], Mapping[int, str] | None]


def check_pixels(
    items: Sequence[Item],
    rules: Sequence[Rule],
    folders: Iterable[str],
    *,
    jobs: int,
    progress: Progress | None,
    task: Task | None = None,
) -> Iterator[Seen]:
    """What reading each volume notices, and what the pixel rules among ``rules`` find in it.

    Works in ``jobs`` processes that may die; a death is a finding of FIL001 about its volume.
    """
    from scan2train.runners.processes import run_in_processes

    codes = frozenset(rule.code for rule in rules)
    work = partial(check_volume, codes, tuple(folders), task=task)
    for done, outcome in enumerate(run_in_processes(work, items, jobs), start=1):
        yield lost(items[outcome.at], codes, outcome) if outcome.failure else outcome.value
        if progress is not None:
            progress(done, len(items))


def check_volume(
    codes: frozenset[str], folders: tuple[str, ...], item: Item, *, task: Task | None = None
) -> Seen:
    """Read one volume and judge it; runs in a worker."""
    from scan2train.read import read

    row, declared = item
    try:
        volume = read(row, as_labels=declared is not None)
    except Scan2TrainError as error:
        return Seen(findings=refused(at(row), codes, error))
    return judge(volume, row, declared, codes, folders, task)


def judge(
    volume: Volume,
    row: Mapping[str, Any],
    declared: Mapping[int, str] | None,
    codes: frozenset[str],
    folders: tuple[str, ...],
    task: Task | None = None,
) -> Seen:
    """What reading a volume noticed, and what the pixel rules of these codes find in it."""
    where = at(row)
    gathered: dict[str, Any] = {}
    found = [_placed(one, where) for one in volume.findings if one.code in codes]
    for rule in _pixel_rules(codes, folders, task):
        inputs = _inputs(volume, row, declared)
        if rule.looks_at(inputs):
            found.extend(run_safely(rule, inputs, where))
        if rule.gathers_from(inputs):
            try:
                gathered[rule.code] = rule.gather(inputs)
            except Exception as error:  # noqa: BLE001 - a rule's bug is a finding about the rule
                found.append(failed(rule, error, where))
    return Seen(findings=found, gathered=gathered)


def lost(item: Item, codes: frozenset[str], outcome: Outcome) -> Seen:
    """What is known of a volume whose worker died, or failed in a way that nobody has foreseen."""
    where = at(item[0])
    if outcome.died:
        return Seen(findings=refused(where, codes, outcome.failure))
    return Seen(findings=[unseen(where, outcome.failure, Severity.ERROR)])


def refused(where: Where, codes: frozenset[str], why: Scan2TrainError | str) -> list[Finding]:
    """The finding that a volume could not be read; a death of its worker is one of FIL001."""
    error = why if isinstance(why, Scan2TrainError) else None
    code = (error.code if error else None) or "FIL001"
    if code not in codes:
        return [unseen(where, f"{code}: {error.message if error else why}", Severity.WARNING)]
    return [
        Finding(
            code=code,
            name=RULE_NAMES[code],
            severity=Severity.ERROR,
            scope="volume",
            where=where,
            message=error.message if error else "decoding ended its process",
            seen=(error.found or "") if error else str(why),
            expected=(error.expected or "") if error else "a stream that a decoder survives",
            advice=(error.advice or _advice(code))
            if error
            else "Fetch the file again; its pixel data is corrupt.",
        )
    ]


@cache
def _advice(code: str) -> str:
    """What the rule of that code says where an error has no advice of its own."""
    return next((rule.page.advice for rule in built_in() if rule.code == code), "")


@cache
def _pixel_rules(codes: frozenset[str], folders: tuple[str, ...], task: Task | None) -> tuple[Rule, ...]:
    chosen = (replace(rule, task=task) for rule in all_rules(folders) if rule.code in codes)
    # What decoding showed was judged when the volume was read.
    return tuple(rule for rule in chosen if (PIXELS - {"decoded"}) & {*rule.needs, *rule.gather_needs})


def _inputs(volume: Volume, row: Mapping[str, Any], declared: Mapping[int, str] | None) -> dict[str, Any]:
    """What rules can be called with."""
    if isinstance(volume, Labels):
        return {"labels": volume, "declared": declared or {}, "row": row}
    return {"volume": volume, "row": row}


def _placed(one: Finding, where: Where) -> Finding:
    """A reader names the file it read by its whole path; a report names the volume, below its source."""
    return replace(one, where=where) if one.where.volume is None else one
