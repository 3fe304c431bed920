"""A rule that fails is a finding about the rule, and never the end of a run."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scan2train.finding import Finding, Severity, Where
from scan2train.knowledge.rule_names import RULE_NAMES
from scan2train.rule import Rule

CODE, NAME = "RUL001", "rule-failed"
UNSEEN = "RUL002"
#: Codes of the audit itself.
OWN = frozenset((CODE, UNSEEN))
#: What ``explain`` says of them.
PAGES = {
    CODE: """RUL001 rule-failed
A rule did not come to its end.

A rule raised an error while it looked at a volume, a table or a mask. All other rules went on, but what this one looks
for may be there unseen. The finding names the rule, the error and, where it is known, the line of the rule's file.
Mend the rule; or leave it out with --ignore and its code.""",
    UNSEEN: """RUL002 volume-not-seen
A volume could not be looked at, so that rules about its pixels have not seen it.

Either reading refused the volume, and the rule that would say why was not selected: check it with all rules. Or
something failed that nobody has foreseen; then the finding is an error, and is worth a report.""",
}


def run_safely(rule: Rule, inputs: Mapping[str, Any], where: Where | None = None) -> Iterable[Finding]:
    """What a rule finds; if it raises, that."""
    try:
        return rule.run(inputs, where)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a rule's bug is a finding about the rule
        return [failed(rule, error, where)]


def failed(rule: Rule, error: BaseException, where: Where | None = None) -> Finding:
    """The finding that ``rule`` raised ``error``."""
    return about_rule(rule.code, f"{type(error).__name__}: {error}", _place(rule, error), where)


def about_rule(code: str, seen: str, place: str = "", where: Where | None = None) -> Finding:
    """The finding that a rule did not come to its end."""
    return Finding(
        code=CODE,
        name=NAME,
        severity=Severity.ERROR,
        scope="dataset",
        where=where or Where(),
        message=f"the rule {code} failed, so that what it looks for may be there unseen",
        seen=" ".join(f"{seen} {place}".split()),
        expected="a rule that raises nothing",
        advice=f"Mend the rule, or leave it out with --ignore {code}.",
    )


def unseen(where: Where, why: str, severity: Severity) -> Finding:
    """The finding that no rule about pixels has seen a volume."""
    return Finding(
        code=UNSEEN,
        name=RULE_NAMES[UNSEEN],
        severity=severity,
        scope="volume",
        where=where,
        message="the volume could not be looked at, so that rules about its pixels have not seen it",
        seen=why,
        expected="a volume that can be read",
        advice="Check it with all rules: the one that is named says what is wrong.",
    )


def _place(rule: Rule, error: BaseException) -> str:
    file = rule.module.__file__
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return f"({Path(file).name}, line {lines[-1]})" if file and lines else ""
