"""Findings as text for a terminal: grouped by what to do, with the worst examples of each."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from scan2train.finding import Finding, Severity
from scan2train.index import Index
from scan2train.reports.escape import shown
from scan2train.reports.summary import summary

#: How many places of a group are named.
_EXAMPLES = 3
_WIDTH = 100


def as_text(index: Index, findings: Sequence[Finding], width: int = _WIDTH) -> Iterator[tuple[str, str]]:
    """Lines, each with the word of its style: ``error``, ``warning``, ``info``, ``dim`` or nothing."""
    for severity in sorted(Severity, key=lambda one: -one.rank):
        mine = [one for one in findings if one.severity is severity]
        groups = [list(group) for _, group in groupby(sorted(mine, key=_advised), key=_advised)]
        for group in sorted(groups, key=lambda group: (group[0].code, -len(group))):
            yield from _lines(group, width)
            yield "", ""
    for line in textwrap.wrap(_total(index, findings), width):
        yield line, ""


def _advised(one: Finding) -> tuple[str, str]:
    return one.code, one.advice


def _said(one: Finding) -> str:
    return one.message


def _lines(group: Sequence[Finding], width: int) -> Iterator[tuple[str, str]]:
    """What is to be done about findings of one code, once, below what was said and where."""
    first = group[0]
    times = f"  × {len(group)}" if len(group) > 1 else ""
    yield f"{first.severity.value} {first.code} {first.name}{times}", first.severity.value
    for _, found in groupby(sorted(group, key=_said), key=_said):
        same = list(found)
        for line in textwrap.wrap(_sentence(same[0].message), width - 2):
            yield f"  {line}", ""
        for one in sorted(same, key=lambda one: -one.affects)[:_EXAMPLES]:
            times = f"  × {one.affects}" if one.affects > 1 else ""
            yield f"    {_place(one)}{_evidence(one)}{times}", "dim"
        if len(same) > _EXAMPLES:
            yield f"    … and {len(same) - _EXAMPLES} more", "dim"
    for at, line in enumerate(_advice(first.advice.replace("``", "`"), width - 6)):
        yield f"  {'do: ' if at == 0 else '    '}{shown(line)}", ""


def _advice(text: str, width: int) -> list[str]:
    """The first line wrapped; lines after it are to be copied, and stay as they are."""
    said, *copied = text.split("\n")
    return [*textwrap.wrap(said, width), *copied]


def _sentence(message: str) -> str:
    text = shown(message)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _place(one: Finding) -> str:
    where = one.where
    place = where.path or where.series_uid or "the whole source"
    return shown(place if place != "." else "the source's own folder") + (
        f" [{where.volume}]" if where.volume else ""
    )


def _evidence(one: Finding) -> str:
    seen = f": {shown(one.seen)}" if one.seen else ""
    return seen + (f" (expected {shown(one.expected)})" if one.expected else "")


def _total(index: Index, findings: Sequence[Finding]) -> str:
    counts = summary(index, findings)
    found = counts["findings"]
    held = f"{_counted(counts['volumes'], 'volume')} from {_counted(counts['files'], 'file')}"
    read = f"{held}, {counts['skipped']} of them skipped"
    if not findings:
        return f"Nothing to tell. {read}."
    return (
        f"{', '.join(_counted(found[word], word) for word in ('error', 'warning', 'info'))} in {read}. "
        "`scan2train explain CODE` tells more of each."
    )


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
