"""Whether a scan is like what was trained on, and what of it is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from scan2train.cohort.envelope.bounds import Range, Words
from scan2train.cohort.envelope.observed import OF_VALUES, Observed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One fact beyond the envelope: its name, the rule's code where one stands for it, what it is, what was seen.

    ``outside`` is false where it is only told of, and does not make the scan one that is out.
    """

    name: str
    code: str
    message: str
    seen: str
    expected: str
    outside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be said of one scan. ``unknown`` are facts of the envelope that the scan does not tell.

    ``unreadable`` is true where it could not be read at all.
    """

    scan: str
    inside: bool
    reasons: tuple[Reason, ...] = ()
    unknown: tuple[str, ...] = ()
    unreadable: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "scan": self.scan,
            "in": self.inside,
            "unreadable": self.unreadable,
            "reasons": [asdict(one) for one in self.reasons],
            "unknown": list(self.unknown),
        }


def judge(scan: str, observed: Observed, entries: Iterable[Words | Range]) -> Verdict:
    """Hold what was observed of a scan against all entries; those that make it out come first."""
    reasons, unknown = [], []
    for entry in entries:
        fact: Any
        if isinstance(entry, Words):
            fact = observed.words.get(entry.name)
            seen = str(fact)
        else:
            fact = observed.numbers.get(entry.name)
            # The scan's values have a unit of their own: that of the training set may not be it.
            unit = observed.unit if entry.name in OF_VALUES else entry.unit
            seen = "" if fact is None else f"{fact:.4g} {unit}".rstrip()
        if fact is None:
            unknown.append(entry.name)
        elif not entry.holds(fact):
            reasons.append(
                Reason(
                    name=entry.name,
                    code=entry.code,
                    message=f"another {entry.about}" if isinstance(entry, Words) else entry.about,
                    seen=seen,
                    expected=entry.expected,
                    outside=entry.outside == "out",
                )
            )
    reasons.sort(key=lambda one: not one.outside)
    return Verdict(
        scan=scan,
        inside=not any(one.outside for one in reasons),
        reasons=tuple(reasons),
        unknown=tuple(unknown),
    )
