"""Which volumes each rule has to look at: all expressions in one pass, so that clean volumes cost next to nothing."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from scan2train.checking.failed import failed
from scan2train.finding import Finding
from scan2train.rule import Rule

#: By code of a rule, the rows of the table that it was given.
Places = dict[str, list[int]]


def suspects(table: pl.DataFrame, rules: Sequence[Rule]) -> tuple[Places, list[Finding]]:
    """Evaluate the SUSPECT of each rule over the volumes table, or over such rows with further columns.

    A rule without one looks at every volume, and so does one whose expression fails, which is reported. Where an
    expression cannot tell (null), the volume is looked at.
    """
    telling = [rule for rule in rules if rule.suspect is not None]
    places: Places = {rule.code: list(range(table.height)) for rule in rules if rule not in telling}
    try:
        return places | _evaluated(table, telling), []
    except Exception:  # noqa: BLE001 - whose expression fails, and how, is found out one by one
        findings = []
        for rule in telling:
            try:
                places |= _evaluated(table, [rule])
            except Exception as error:  # noqa: BLE001 - a rule's bug is a finding about the rule
                findings.append(failed(rule, error))
                places[rule.code] = list(range(table.height))
        return places, findings


def _evaluated(table: pl.DataFrame, rules: Sequence[Rule]) -> Places:
    expressions = [
        rule.suspect.fill_null(value=True).alias(rule.code) for rule in rules if rule.suspect is not None
    ]
    flags = table.select(expressions)
    return {rule.code: flags[rule.code].arg_true().to_list() for rule in rules}
