"""What all rules said, as one list: the specific before the general, a series' word said once, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from scan2train.finding import Finding
from scan2train.knowledge.rule_order import SPECIFIC_FIRST, SPECIFIC_FIRST_OF_FILES


def settle(found: Iterable[Finding]) -> list[Finding]:
    """Merge, drop and sort findings; the same findings give the same list."""
    # In order first: of those that become one, the same is kept whichever worker was done before the others.
    return in_order(_without_general(_merged(in_order(found))))


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """Sort findings, the worst first; the same findings give the same list."""
    return sorted(found, key=_order)


def _merged(found: Iterable[Finding]) -> list[Finding]:
    """One finding where several say the same of one place, or of one series; what they affect is added up."""
    first: dict[tuple[object, ...], Finding] = {}
    for one in found:
        wide = one.scope in ("series", "study") and one.where.series_uid
        place = one.where.series_uid if wide else one.where
        seen = "" if wide else one.seen
        key = (one.code, one.severity, one.scope, place, one.message, one.advice, seen)
        if key in first:
            first[key] = replace(first[key], affects=first[key].affects + one.affects)
        else:
            first[key] = replace(one, where=replace(one.where, volume=None)) if wide else one
    return list(first.values())


def _without_general(found: Sequence[Finding]) -> list[Finding]:
    """Leave out a finding where a more specific one, no milder, names the fault of the same volume, series or file."""
    said: dict[str, _Said] = {}
    for one in found:
        said.setdefault(one.code, _Said()).add(one)

    def covered(one: Finding) -> bool:
        pairs = SPECIFIC_FIRST_OF_FILES if one.scope == "file" else SPECIFIC_FIRST
        return any(
            other == one.code and better in said and said[better].covers(one) for better, other in pairs
        )

    return [one for one in found if not covered(one)]


@dataclass(slots=True)
class _Said:
    """Where one rule has found something, and how bad it was: the rank of its worst word by place."""

    volumes: dict[str, int] = field(default_factory=dict)
    whole_series: dict[str, int] = field(default_factory=dict)
    series: dict[str, int] = field(default_factory=dict)
    paths: dict[str, int] = field(default_factory=dict)

    def add(self, one: Finding) -> None:
        where = one.where
        if where.series_uid:
            _worse(self.series, where.series_uid, one)
            if where.volume is None:
                _worse(self.whole_series, where.series_uid, one)
        if where.volume:
            _worse(self.volumes, where.volume, one)
        elif where.path:
            _worse(self.paths, where.path, one)

    def covers(self, one: Finding) -> bool:
        """Whether a finding is about one of these places; a series covers its volumes, and they their series."""
        where = one.where
        if where.volume:
            ranks = (self.volumes.get(where.volume, -1), self.whole_series.get(where.series_uid or "", -1))
        elif where.series_uid:
            ranks = (self.series.get(where.series_uid, -1), -1)
        else:
            ranks = (self.paths.get(where.path or "", -1), -1)
        return max(ranks) >= one.severity.rank


def _worse(ranks: dict[str, int], place: str, one: Finding) -> None:
    ranks[place] = max(ranks.get(place, -1), one.severity.rank)


def _order(one: Finding) -> tuple[object, ...]:
    return (
        -one.severity.rank,
        one.code,
        one.where.path or "",
        one.where.volume or "",
        one.message,
        one.seen,
    )
