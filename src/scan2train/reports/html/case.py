"""What the page says of one volume or prepared case."""

from __future__ import annotations

from dataclasses import dataclass, field

from scan2train.figures.reduced import Reduced
from scan2train.figures.thumbnail import Thumbnail
from scan2train.finding import Finding, Severity

#: Per cent of the values below each of a histogram's quantiles.
QUANTILES = (5, 25, 50, 75, 95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """``counts`` in even bins from ``low`` to ``high``, in ``unit``, and the ``quantiles`` of :data:`QUANTILES`."""

    counts: tuple[int, ...]
    low: float
    high: float
    unit: str
    quantiles: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSeen:
    """One label of a case; ``ml`` is ``None`` on a pixel grid."""

    value: int
    name: str
    voxels: int
    ml: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at the pixels of one volume gave; ``refused`` says why there is no picture."""

    thumbnail: Thumbnail | None = None
    histogram: Histogram | None = None
    reduced: Reduced | None = None
    labels: tuple[LabelSeen, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One card of the contact sheet.

    ``unlike`` is how far its values are from those of its kind, in spreads of these; 0 where they are not. ``facts``
    are names and values for the details; ``steps`` what was done to the case, in words; ``gaps_mm`` the distances of a
    volume whose slices are uneven.
    """

    key: str
    title: str
    subtitle: str
    look: Look
    findings: tuple[Finding, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    steps: tuple[str, ...] = ()
    gaps_mm: tuple[float, ...] = field(default=())
    unlike: float = 0.0

    @property
    def worst(self) -> str:
        """The word of the worst finding; ``none`` without any."""
        ranks: list[Severity] = [one.severity for one in self.findings]
        return max(ranks, key=lambda one: one.rank).value if ranks else "none"

    @property
    def oddness(self) -> tuple[int, int, float]:
        """For ranking: the worst severity, how many findings of it, and how unlike the others its values are."""
        worst = max((one.severity.rank for one in self.findings), default=-1)
        return worst, sum(one.severity.rank == worst for one in self.findings), round(self.unlike, 1)
