"""What rules say of all volumes together, once each of them was decoded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scan2train.checking.failed import failed
from scan2train.finding import Finding
from scan2train.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of decoding one volume: findings, and by code what rules gathered of it."""

    findings: Sequence[Finding] = ()
    gathered: Mapping[str, Any] = field(default_factory=dict)


def conclude(
    rules: Iterable[Rule], seen: Iterable[Mapping[str, Any]], named: Mapping[str, Any]
) -> Iterator[Finding]:
    """Let each rule that gathers conclude from what it gathered; one that nothing was gathered for says nothing.

    ``named`` are the tables that they may look at beside it.
    """
    by_code: dict[str, list[Any]] = defaultdict(list)
    for gathered in seen:
        for code, value in gathered.items():
            by_code[code].append(value)
    for rule in rules:
        if by_code[rule.code]:
            try:
                yield from rule.conclude(by_code[rule.code], named)
            except Exception as error:  # noqa: BLE001 - a rule's bug is a finding about the rule
                yield failed(rule, error)
