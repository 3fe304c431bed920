"""Lines and boxes before and after, side by side: what a harmonisation did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from scan2train.volume import Array

#: The same colour for the same scan, or batch, in every panel; told apart by colour-blind people (Okabe & Ito).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_MOST_NAMES = 7


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Curve:
    """A line; ``name`` stands in the legend of the first panel, ``dashed`` is for what others are brought to."""

    x: Array
    y: Array
    name: str = ""
    dashed: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Panel:
    """Curves in one coordinate system; panels with the same ``y`` share its range."""

    title: str
    x: str
    y: str
    curves: Sequence[Curve]


def draw_panels(rows: Sequence[Sequence[Panel]], title: str) -> Figure:
    """Panels in rows, as many in each."""
    figure = _figure(len(rows[0]), len(rows), title)
    for at, row in enumerate(rows):
        for n, panel in enumerate(row):
            axes = figure.add_subplot(len(rows), len(row), at * len(row) + n + 1)
            for curve in panel.curves:
                axes.plot(
                    curve.x,
                    curve.y,
                    "--" if curve.dashed else "-",
                    color="#555555" if curve.dashed else COLOURS[curve.number % len(COLOURS)],
                    linewidth=1.8 if curve.dashed else 1.2,
                    label=curve.name or None,
                )
            _dress(axes, panel.title, panel.x, panel.y)
            if any(curve.name for curve in panel.curves[: _MOST_NAMES + 1]):
                axes.legend(fontsize=7, frameon=False)
    _share(figure)
    figure.tight_layout(rect=(0, 0, 1, 0.96))
    return figure


def draw_boxes(
    names: Sequence[str], batches: Sequence[str], before: Sequence[Sequence[Array]], after: Sequence[Sequence[Array]],
    title: str,
) -> Figure:  # fmt: skip
    """For each name a panel of boxes by batch, above as it was and below as it is, on one scale."""
    figure = _figure(len(names), 2, title)
    for at, (word, values) in enumerate((("before", before), ("after", after))):
        for n, (name, groups) in enumerate(zip(names, values, strict=True)):
            axes = figure.add_subplot(2, len(names), at * len(names) + n + 1)
            boxes = axes.boxplot(
                list(groups),
                tick_labels=list(batches),
                patch_artist=True,
                widths=0.6,
                flierprops={"markersize": 2},
            )
            for number, box in enumerate(boxes["boxes"]):
                box.set(facecolor=COLOURS[number % len(COLOURS)], alpha=0.55)
            for line in boxes["medians"]:
                line.set(color="#000000")
            _dress(axes, f"{name}, {word}", "", "")
            axes.tick_params(axis="x", rotation=30 if max(map(len, batches)) > 4 else 0)
            told = np.concatenate([one for both in (before, after) for one in both[n]])
            room = 0.05 * (np.ptp(told) or 1)
            axes.set_ylim(told.min() - room, told.max() + room)
    figure.tight_layout(rect=(0, 0, 1, 0.95))
    return figure


def _figure(columns: int, rows: int, title: str) -> Figure:
    figure = Figure(figsize=(max(3.2 * columns, 5.0), 2.9 * rows + 0.4), dpi=110, facecolor="white")
    FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=11)
    return figure


def _dress(axes: Axes, title: str, x: str, y: str) -> None:
    axes.set_title(title, fontsize=9)
    axes.set_xlabel(x, fontsize=8)
    axes.set_ylabel(y, fontsize=8)
    axes.tick_params(labelsize=7)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def _share(figure: Figure) -> None:
    """Give panels of one quantity one range."""
    same: dict[tuple[str, str], list[Axes]] = {}
    for axes in figure.axes:
        same.setdefault((axes.get_xlabel(), axes.get_ylabel()), []).append(axes)
    for group in same.values():
        low, high = (f(one.get_ylim()[n] for one in group) for n, f in enumerate((min, max)))
        for one in group:
            one.set_ylim(low, high)
