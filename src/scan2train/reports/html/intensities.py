"""The values of volumes side by side: by site, and how far each is from those of its kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scan2train.reports.html.case import QUANTILES, Case, Histogram

#: Fewer of a kind tell nothing of what is usual.
_KIND = 8
#: From so many spreads on a card says how its values differ.
_TOLD = 4.0
#: A spread of next to nothing is taken for this share of the range of the kind.
_LEAST = 0.02
_MOST_SITES, _MOST_TICKS = 12, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Medians over a site's volumes of their :data:`~scan2train.reports.html.case.QUANTILES`, and each one's median."""

    name: str
    volumes: int
    quantiles: tuple[float, ...]
    medians: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intensities:
    """The sites of one modality and unit, on one scale from ``low`` to ``high``."""

    title: str
    unit: str
    low: float
    high: float
    sites: tuple[Site, ...]
    more: int


#: Of each case that has a histogram: modality, or format, and site.
Kinds = Mapping[str, tuple[str, str]]


def intensities(cases: Sequence[Case], kinds: Kinds) -> tuple[Intensities, ...]:
    """For each modality and unit with two volumes or more, those with most volumes first."""
    found = []
    for (kind, unit), members in _by_kind(cases, kinds).items():
        if len(members) < 2:
            continue
        by_site: dict[str, list[Histogram]] = defaultdict(list)
        for key, one in members:
            by_site[kinds[key][1]].append(one)
        ordered = sorted(by_site.items(), key=lambda item: (-len(item[1]), item[0]))
        sites = tuple(_site(name, ones) for name, ones in ordered[:_MOST_SITES])
        low, high = (f(q for site in sites for q in (*site.quantiles, *site.medians)) for f in (min, max))
        title = f"{kind}, {unit}" if kind else unit
        made = Intensities(
            title=title, unit=unit, low=low, high=high if high > low else low + 1.0, sites=sites,
            more=len(ordered) - len(sites),
        )  # fmt: skip
        found.append((len(members), made))
    return tuple(made for _, made in sorted(found, key=lambda item: (-item[0], item[1].title)))


def with_unlikeness(cases: Sequence[Case], kinds: Kinds) -> list[Case]:
    """The cases with how far their values are from those of their kind; the far ones say so among their facts."""
    far: dict[str, tuple[float, str]] = {}
    for members in _by_kind(cases, kinds).values():
        if len(members) < _KIND:
            continue
        table = np.array([one.quantiles for _, one in members])
        usual = np.median(table, axis=0)
        spread = 1.4826 * np.median(np.abs(table - usual), axis=0)
        away = np.abs(table - usual) / np.maximum(spread, _LEAST * max(np.ptp(usual), 1e-9))
        for (key, one), row in zip(members, away, strict=True):
            n = int(row.argmax())
            words = (
                f"{QUANTILES[n]} % of them below {one.quantiles[n]:.4g} {one.unit}, usually {usual[n]:.4g}"
            )
            far[key] = (float(row[n]), words)
    made = []
    for case in cases:
        score, words = far.get(case.key, (0.0, ""))
        facts = (*case.facts, ("Values unlike others", words)) if score >= _TOLD else case.facts
        made.append(replace(case, unlike=score if score >= _TOLD else 0.0, facts=facts))
    return made


def _by_kind(cases: Sequence[Case], kinds: Kinds) -> dict[tuple[str, str], list[tuple[str, Histogram]]]:
    groups: dict[tuple[str, str], list[tuple[str, Histogram]]] = defaultdict(list)
    for case in cases:
        if case.look.histogram is not None and case.key in kinds:
            one = case.look.histogram
            groups[kinds[case.key][0], one.unit].append((case.key, one))
    return groups


def _site(name: str, ones: Sequence[Histogram]) -> Site:
    table = np.array([one.quantiles for one in ones])
    middle = table[:, QUANTILES.index(50)]
    ticks = np.sort(middle)[
        np.linspace(0, len(middle) - 1, min(len(middle), _MOST_TICKS)).round().astype(int)
    ]
    return Site(
        name=name or "not told",
        volumes=len(ones),
        quantiles=tuple(np.median(table, axis=0).tolist()),
        medians=tuple(ticks.tolist()),
    )
