"""What a rule yields: one thing that is wrong, odd, or worth knowing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from scan2train.finding import Scope, Severity, Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A finding before the engine adds the rule's code and name, and what the rule left open.

    Parameters
    ----------
    severity, message
        How bad it is, and one sentence that says what it is; the same sentence for the same fault, numbers go to
        ``seen``.
    seen, expected
        The evidence: what was found, and what belongs there.
    advice
        What to do about it; the first paragraph of the page's "What to do" if not given.
    where
        The place (:func:`at`); for rules that are called for each volume the volume itself, if not given.
    scope
        ``file``, ``volume``, ``series``, ``study`` or ``dataset``; follows from what the rule looks at, if not given.
        Hits of scope ``series`` that say the same of one series become one finding.
    affects
        How many instances, volumes or cases are concerned.
    """

    severity: Severity
    message: str
    seen: str = ""
    expected: str = ""
    advice: str = ""
    where: Where | None = None
    scope: Scope | None = None
    affects: int = 1


def _hit(severity: Severity, message: str, **more: Any) -> Hit:
    return Hit(severity=severity, message=message, **more)


#: Training on it is wrong: ``yield error("slices are missing", seen="a gap of 10 mm among 5 mm")``.
error = partial(_hit, Severity.ERROR)
#: Look before you train.
warning = partial(_hit, Severity.WARNING)
#: Handled, or worth knowing.
info = partial(_hit, Severity.INFO)


def at(row: Mapping[str, Any]) -> Where:
    """The place that a row of any table names."""
    return Where(
        path=row.get("path") or None,
        series_uid=row.get("series_uid") or None,
        volume=row.get("volume") or None,
    )
