"""Small drawings as SVG: a histogram, the gaps of a stack, bars. Colours come from the page's style."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from scan2train.reports.html.case import QUANTILES, Histogram
from scan2train.reports.html.intensities import Site

_WIDTH, _HEIGHT = 224, 40


def histogram(one: Histogram) -> Markup:
    """Bars of the square root of the counts, so that small peaks show beside air."""
    roots = [math.sqrt(count) for count in one.counts]
    top = max(roots) or 1.0
    wide = _WIDTH / len(roots)
    bars = "".join(
        f'<rect x="{at * wide:.2f}" y="{_HEIGHT * (1 - root / top):.2f}" width="{wide - 0.4:.2f}" '
        f'height="{_HEIGHT * root / top:.2f}"/>'
        for at, root in enumerate(roots)
        if root
    )
    said = f"Histogram from {one.low:.4g} to {one.high:.4g} {one.unit}"
    return _svg("hist", _HEIGHT, bars, said)


def gaps(distances_mm: Sequence[float]) -> Markup:
    """Each distance between neighbouring slices as a bar; those off the usual one stand out."""
    usual = sorted(distances_mm)[(len(distances_mm) - 1) // 2]
    top = max(*distances_mm, usual) or 1.0
    wide = _WIDTH / len(distances_mm)
    bars = []
    for at, gap in enumerate(distances_mm):
        tall = max(1.0, _HEIGHT * abs(gap) / top)
        odd = ' class="odd"' if abs(gap - usual) > 0.05 * abs(usual) else ""
        width = max(0.6, wide - 0.5)
        bars.append(
            f'<rect{odd} x="{at * wide:.2f}" y="{_HEIGHT - tall:.2f}" width="{width:.2f}" height="{tall:.2f}"/>'
        )
    said = f"Distances between {len(distances_mm) + 1} slices: usually {usual:.4g} mm, at most {top:.4g} mm"
    return _svg("gaps", _HEIGHT, "".join(bars), said)


def spread(site: Site, low: float, high: float) -> Markup:
    """A line from the lowest to the highest quantile, a box between the middle ones, and a tick for each volume."""
    first, lower, middle, upper, last = (100 * (one - low) / (high - low) for one in site.quantiles)
    ticks = "".join(
        f'<rect class="tick" x="{100 * (one - low) / (high - low) - 0.1:.2f}" y="0" width="0.2" height="14"/>'
        for one in site.medians
    )
    inside = (
        f'<rect class="line" x="{first:.2f}" y="6.5" width="{last - first:.2f}" height="1"/>'
        f'<rect class="box" x="{lower:.2f}" y="3" width="{max(upper - lower, 0.3):.2f}" height="8"/>'
        f'{ticks}<rect class="middle" x="{middle - 0.25:.2f}" y="1" width="0.5" height="12"/>'
    )
    told = ", ".join(
        f"{share} % below {value:.4g}" for share, value in zip(QUANTILES, site.quantiles, strict=True)
    )
    return _svg("spreadbox", 14, inside, told, width=100)


def _svg(kind: str, height: int, inside: str, said: str, width: int = _WIDTH) -> Markup:
    # Only numbers and words of ours are in it; what is said is escaped all the same.
    opened = Markup(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" preserveAspectRatio="none"><title>{}</title>'
    ).format(kind, width, height, said)
    return opened + Markup(inside) + Markup("</svg>")  # noqa: S704 - numbers alone
