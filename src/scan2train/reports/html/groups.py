"""Findings by what to do about them, with the page of their rule and the pictures that show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from scan2train.finding import Finding
from scan2train.reports.html.case import Case
from scan2train.reports.html.evidence import Evidence, Shown
from scan2train.rule import Rule

#: How many places a group lists, and how many pictures it shows; a table of thousands helps nobody.
_PLACES = 200
_PICTURES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Findings of one code with one message and one advice; ``evidence`` by the key of the case that it shows."""

    code: str
    name: str
    severity: str
    message: str
    advice: str
    why: str
    places: tuple[Finding, ...]
    count: int
    cases: tuple[Case, ...]
    evidence: Mapping[str, Evidence]


def groups_of(
    findings: Sequence[Finding], cases: Iterable[Case], rules: Iterable[Rule], shown: Shown | None = None
) -> list[Group]:
    """The groups, the worst first, then those with most findings; ``shown`` are pictures of what they say."""
    by_key = {case.key: case for case in cases}
    pages = {rule.code: " ".join(rule.page.sections["Why it matters"].split()) for rule in rules}

    def key(one: Finding) -> tuple[int, str, str, str]:
        return -one.severity.rank, one.code, one.message, one.advice

    found = [list(group) for _, group in groupby(sorted(findings, key=key), key=key)]
    found.sort(key=lambda group: (-group[0].severity.rank, -len(group), group[0].code))
    return [_group(group, by_key, pages, shown or {}) for group in found]


def _group(
    group: Sequence[Finding], by_key: Mapping[str, Case], pages: Mapping[str, str], evidence: Shown
) -> Group:
    first = group[0]
    drawn = {key: one for (code, key), one in evidence.items() if code == first.code}
    shown = [by_key[key] for one in group if (key := one.where.volume) in by_key and key]
    pictured = [
        case for case in dict.fromkeys(shown) if case.look.thumbnail or case.gaps_mm or case.key in drawn
    ]
    # A picture of the fault itself before one of the volume.
    pictured.sort(key=lambda case: case.key not in drawn)
    return Group(
        code=first.code,
        name=first.name,
        severity=first.severity.value,
        message=first.message,
        advice=first.advice,
        why=pages.get(first.code, ""),
        places=tuple(group[:_PLACES]),
        count=len(group),
        cases=tuple(pictured[:_PICTURES]),
        evidence=drawn,
    )
