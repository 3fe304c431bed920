"""What ``leaks`` found as a table: what tells the label, how closely, how surely, and what to strip."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from scan2train.finding import Finding
from scan2train.reports.escape import shown

_WIDTH = 100


def as_table(findings: Sequence[Finding]) -> Iterator[str]:
    """Lines: for each code and message its findings, one below the other, then what to do."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for one in findings:
        groups.setdefault((one.code, one.message), []).append(one)
    for (code, message), group in groups.items():
        first = group[0]
        yield f"{first.severity.value} {code} {first.name}"
        yield from textwrap.wrap(
            message[:1].upper() + message[1:] + ".", _WIDTH, initial_indent="  ", subsequent_indent="  "
        )
        for one in group:
            yield from textwrap.wrap(
                shown(one.seen), _WIDTH, initial_indent="    ", subsequent_indent="      "
            )
        for advice in dict.fromkeys(one.advice for one in group):
            yield from textwrap.wrap(advice, _WIDTH, initial_indent="  do: ", subsequent_indent="      ")
        yield ""
    errors = sum(one.severity.value == "error" for one in findings)
    if not findings:
        yield "Nothing tells the label: no attribute, name or word has p below 0.01 after correction, nor all together."
    else:
        yield f"{errors} errors: p below 0.01 after correction. `scan2train explain CODE` tells more of each."
