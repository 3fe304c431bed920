"""Tests a rule by its own examples, in one process: for the rules of this package, and for those of a lab."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scan2train.checking.everything import everything, look_at_pixels
from scan2train.checking.items import items_of
from scan2train.checking.pixels import check_volume
from scan2train.cohort.leaks import leaks
from scan2train.errors import NoImages
from scan2train.finding import Finding
from scan2train.index import Index
from scan2train.indexing.run import index_source
from scan2train.rule import Example, Rule
from scan2train.rule.load import built_in
from scan2train.task import Task
from scan2train.testing.small_cohorts import LABELS

#: Enough for p < 0.01 to be told.
_SHUFFLED = 1000


def findings_of(rule: Rule, folder: Path, task: str = "") -> list[Finding]:
    """What ``rule`` alone says of a folder, decoded or not as it needs; a failure of the rule comes out as RUL001.

    ``task`` is the name or the file of the task that is given, if one is. Where there is a table of labels and the
    rule judges what ``leaks`` tells, it is asked as well.
    """
    rule = replace(rule, task=Task.load(task) if task else None)
    found = Index(**index_source(folder, jobs=1, cache=False, salt=b"examples", progress=None))
    places = _folder_of(rule)
    seen = (check_volume(frozenset({rule.code}), places, item, task=rule.task) for item in items_of(found))
    said = everything(found, [rule], seen if look_at_pixels([rule]) else ())
    table = folder / LABELS
    if "told" in rule.needs and table.exists():
        told = leaks(found, table, permutations=_SHUFFLED)
        said += [one for one in told if one.code == rule.code]
    return said


def faults_of(rule: Rule, example: Example, folder: Path) -> str:
    """Build an example in an empty folder and judge what the rule says of it; empty if it is as it should be."""
    example.build(folder)
    try:
        found = findings_of(rule, folder, example.task)
    except NoImages as error:
        return f"{rule.code}, {example.name}: {error}"
    failed = [one.seen for one in found if one.code == "RUL001"]
    worst = max((one.severity for one in found), key=lambda severity: severity.rank, default=None)
    if failed:
        return f"{rule.code}, {example.name}: the rule failed: {failed[0]}"
    if worst != example.finds:
        said = "; ".join(f"{one.severity} {one.message} ({one.seen})" for one in found)
        return (
            f"{rule.code}, {example.name}: expected {example.finds or 'nothing'}, found {said or 'nothing'}"
        )
    return ""


def _folder_of(rule: Rule) -> tuple[str, ...]:
    """Where a rule that is not of this package can be loaded from again."""
    file = rule.module.__file__
    if file is None or any(rule.code == own.code for own in built_in()):
        return ()
    return (str(Path(file).parent),)
