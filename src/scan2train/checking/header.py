"""The rules that need no pixels: each called with the tables it names, or once for every volume or pair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from scan2train.checking.facts import VOLUME_ROW, facts_of
from scan2train.checking.failed import run_safely
from scan2train.checking.pairs import pairs_of
from scan2train.checking.rows import Cells, Row
from scan2train.checking.suspects import suspects
from scan2train.finding import Finding
from scan2train.index import Index
from scan2train.rule import Rule, at
from scan2train.rule.inputs import TABLES


def check_headers(
    index: Index, rules: Sequence[Rule], named: Mapping[str, pl.DataFrame]
) -> Iterator[Finding]:
    """What the header rules among ``rules`` find; ``named`` are the tables that they may look at."""
    once = [rule for rule in rules if rule.looks_at(TABLES)]
    paired = [rule for rule in rules if rule.looks_at({"pair"})]
    for rule in once:
        yield from run_safely(rule, named)
    yield from _each_volume(index, [rule for rule in rules if rule.looks_at({"row", "facts"})])
    for pair in pairs_of(index) if paired else ():
        for rule in paired:
            yield from run_safely(rule, {"pair": pair}, at(pair.labels))


def _each_volume(index: Index, rules: Sequence[Rule]) -> Iterator[Finding]:
    facts, findings = facts_of(index, rules)
    yield from findings
    plain = [rule for rule in rules if "facts" not in rule.needs]
    places, findings = suspects(index.volumes, plain)
    yield from findings
    cells = Cells(index.volumes)
    for rule in plain:
        for place in places[rule.code]:
            row = Row(cells, place)
            yield from run_safely(rule, {"row": row}, at(row))
    for rule in rules:
        if rule.code in facts:
            yield from _with_facts(rule, cells, index.volumes, facts[rule.code])


def _with_facts(rule: Rule, cells: Cells, volumes: pl.DataFrame, facts: pl.DataFrame) -> Iterator[Finding]:
    """Call a rule with its facts; for volumes that have none only where it can do without."""
    of = facts[VOLUME_ROW]
    known = facts.drop(VOLUME_ROW)
    table = volumes.drop(name for name in known.columns if name in volumes.columns)[of].hstack(known)
    places, findings = suspects(table, [rule])
    yield from findings
    for place in places[rule.code]:
        row = Row(cells, of[place])
        yield from run_safely(rule, {"row": row, "facts": known.row(place, named=True)}, at(row))
    if rule.looks_at({"row"}):
        for place in sorted(set(range(volumes.height)).difference(of)):
            row = Row(cells, place)
            yield from run_safely(rule, {"row": row}, at(row))
