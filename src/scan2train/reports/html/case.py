"""What the page says of one volume or prepared case."""

from __future__ import annotations

from dataclasses import dataclass, field

from scan2train.figures.thumbnail import Thumbnail
from scan2train.finding import Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """``counts`` of values in even bins from ``low`` to ``high``, in ``unit``."""

    counts: tuple[int, ...]
    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at the pixels of one volume gave; ``refused`` says why there is no picture."""

    thumbnail: Thumbnail | None = None
    histogram: Histogram | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One card of the contact sheet.

    ``facts`` are names and values for the details; ``steps`` what was done to the case, in words; ``gaps_mm`` the
    distances of a volume whose slices are uneven.
    """

    key: str
    title: str
    subtitle: str
    look: Look
    findings: tuple[Finding, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    steps: tuple[str, ...] = ()
    gaps_mm: tuple[float, ...] = field(default=())

    @property
    def worst(self) -> str:
        """The word of the worst finding; ``none`` without any."""
        ranks: list[Severity] = [one.severity for one in self.findings]
        return max(ranks, key=lambda one: one.rank).value if ranks else "none"

    @property
    def oddness(self) -> tuple[int, int]:
        """For ranking: the worst severity, then how many findings of it."""
        worst = max((one.severity.rank for one in self.findings), default=-1)
        return worst, sum(one.severity.rank == worst for one in self.findings)
