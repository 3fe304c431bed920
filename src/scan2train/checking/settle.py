"""What all rules said, as one list: the specific before the general, a series' word said once, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from scan2train.finding import Finding
from scan2train.knowledge.rule_order import SPECIFIC_FIRST


def settle(found: Iterable[Finding]) -> list[Finding]:
    """Merge, drop and sort findings; the same findings give the same list."""
    kept = _without_general(_merged(found))
    return sorted(kept, key=_order)


def _merged(found: Iterable[Finding]) -> list[Finding]:
    """One finding where several of scope ``series`` or ``study`` say the same of one series."""
    first: dict[tuple[object, ...], Finding] = {}
    for one in found:
        wide = one.scope in ("series", "study") and one.where.series_uid
        place = one.where.series_uid if wide else one.where
        seen = "" if wide else one.seen
        key = (one.code, one.severity, one.scope, place, one.message, one.advice, seen)
        if key not in first:
            first[key] = replace(one, where=replace(one.where, volume=None)) if wide else one
        elif wide:
            first[key] = replace(first[key], affects=first[key].affects + one.affects)
    return list(first.values())


def _without_general(found: Sequence[Finding]) -> list[Finding]:
    """Leave out a finding where a more specific one names the same fault of the same volume, series or file."""
    said: dict[str, _Said] = {}
    for one in found:
        said.setdefault(one.code, _Said()).add(one)
    specific: dict[str, list[_Said]] = {}
    for better, other in SPECIFIC_FIRST:
        if better in said:
            specific.setdefault(other, []).append(said[better])
    return [one for one in found if not any(better.covers(one) for better in specific.get(one.code, ()))]


@dataclass(slots=True)
class _Said:
    """Where one rule has found something."""

    volumes: set[str] = field(default_factory=set)
    whole_series: set[str] = field(default_factory=set)
    series: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)

    def add(self, one: Finding) -> None:
        where = one.where
        if where.series_uid:
            self.series.add(where.series_uid)
            if where.volume is None:
                self.whole_series.add(where.series_uid)
        if where.volume:
            self.volumes.add(where.volume)
        elif where.path:
            self.paths.add(where.path)

    def covers(self, one: Finding) -> bool:
        """Whether a finding is about one of these places; a series covers its volumes, and they their series."""
        where = one.where
        if where.volume:
            return where.volume in self.volumes or where.series_uid in self.whole_series
        return where.series_uid in self.series if where.series_uid else where.path in self.paths


def _order(one: Finding) -> tuple[object, ...]:
    return (
        -one.severity.rank,
        one.code,
        one.where.path or "",
        one.where.volume or "",
        one.message,
        one.seen,
    )
