"""The rules that need no pixels: each called with the tables it names, or once for every volume or pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scan2train.checking.facts import facts_of
from scan2train.checking.failed import run_safely
from scan2train.checking.pairs import pairs_of
from scan2train.checking.rows import rows
from scan2train.checking.tables import tables
from scan2train.finding import Finding
from scan2train.index import Index
from scan2train.rule import Rule, at
from scan2train.rule.inputs import TABLES


def check_headers(index: Index, rules: Sequence[Rule]) -> Iterator[Finding]:
    """What the header rules among ``rules`` find."""
    once = [rule for rule in rules if rule.looks_at(TABLES)]
    paired = [rule for rule in rules if rule.looks_at({"pair"})]
    named = tables(index, {name for rule in once for name in rule.needs})
    for rule in once:
        yield from run_safely(rule, named)
    yield from _each_volume(index, [rule for rule in rules if rule.looks_at({"row", "facts"})])
    for pair in pairs_of(index) if paired else ():
        for rule in paired:
            yield from run_safely(rule, {"pair": pair}, at(pair.labels))


def _each_volume(index: Index, rules: Sequence[Rule]) -> Iterator[Finding]:
    facts, findings = facts_of(index, rules)
    yield from findings
    by_facts = [rule for rule in rules if rule.code in facts]
    plain = [rule for rule in rules if "facts" not in rule.needs]
    for place, row in enumerate(rows(index.volumes)):
        where = at(row)
        for rule in plain:
            yield from run_safely(rule, {"row": row}, where)
        for rule in by_facts:
            known = facts[rule.code][place]
            inputs = {"row": row} if known is None else {"row": row, "facts": known}
            if rule.looks_at(inputs):
                yield from run_safely(rule, inputs, where)
