"""How often each value comes in a volume, in all of it and within each label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scan2train.errors import WrongUse
from scan2train.figures.panel import one_line, window_in_words
from scan2train.figures.planes import in_words, require_one_grid
from scan2train.figures.sheet import blank, save
from scan2train.figures.style import Style, label_colour
from scan2train.figures.window import choose_window

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from scan2train.figures.window import WindowLike
    from scan2train.volume import Array, Labels, Volume

_BINS = 200
#: What lies beyond these percentiles of all values is left out of the picture, and counted in words.
_SHOWN = (0.02, 99.98)
_SAMPLE = 1_000_000
_MOST_LABELS = 12


def histogram(
    volume: Volume,
    labels: Labels | None = None,
    *,
    limits: tuple[float, float] | None = None,
    window: WindowLike | None = None,
    log: bool = True,
    title: str | None = None,
    path: str | Path | None = None,
    dark: bool = True,
    width_in: float = 8.0,
    dpi: float = 110.0,
) -> Figure:
    """The number of voxels by value, over real data (``valid``), with the window drawn in it.

    Parameters
    ----------
    volume
        ``(i, j, k)``, or with channels: each channel is a line of its own.
    labels
        On the same grid: a line for each label besides, the 12 largest at most.
    limits
        Least and greatest value shown. If not given: all but the outermost 0.02 % at either end. How much lies outside
        stands in the caption.
    window
        As for :func:`~scan2train.figures.three_planes.three_planes`; what it maps from black to white is shaded.
    log
        The number of voxels on a logarithmic axis, so that organs show beside air.
    title, path, dark, width_in, dpi
        As for :func:`~scan2train.figures.three_planes.three_planes`.

    Returns
    -------
    matplotlib.figure.Figure
        With a canvas of its own; ``savefig`` writes it.

    Raises
    ------
    GridMismatch
        If the labels lie on another grid.
    WrongUse
        If there is no finite value, or an option has no sensible value.
    """
    require_one_grid(volume.grid, labels)
    style = Style(width_in=width_in, dpi=dpi, dark=dark)
    real = np.isfinite(volume.array) if volume.array.dtype.kind == "f" else None
    everything = _within(volume, real, None)
    if not everything.size:
        raise WrongUse(
            "there is no value to count", found=f"{in_words(volume.grid)} without a finite real one"
        )
    edges = _edges(everything, limits)
    figure = blank(style, 0.58 * width_in)
    axes = figure.add_axes((0.09, 0.13, 0.88, 0.72))
    channels = volume.array.shape[3] if volume.array.ndim == 4 else 1
    for channel in range(channels):
        values = everything if channels == 1 else _within(volume, real, None, channel)
        name = "all voxels" if channels == 1 else f"channel {channel}"
        colour = style.text if channels == 1 else label_colour(channel + 1)
        _line(axes, values, edges, colour, name, filled=channels == 1)
    if labels is not None:
        for value, count in _largest(labels):
            colour, name = label_colour(value), labels.names.get(value, f"label {value}")
            _line(
                axes,
                _within(volume, real, labels.array == value),
                edges,
                colour,
                f"{name} ({count:,} voxels)",
            )
    centre, width = shown = choose_window(volume, window)
    axes.axvspan(centre - width / 2, centre + width / 2, color=style.muted, alpha=0.16, linewidth=0)
    _dress(axes, volume.unit, edges, style, log=log)
    outside = float(np.mean((everything < edges[0]) | (everything > edges[-1])))
    told = [f"{everything.size:,} values", f"window {window_in_words(shown)} shaded"]
    if outside:
        told.append(f"{100 * outside:.2g} % lie outside")
    _write(figure, title, " · ".join(told), style)
    if path is not None:
        save(figure, path)
    return figure


def _within(volume: Volume, real: Array | None, mask: Array | None, channel: int | None = None) -> Array:
    """The finite real values, or those where a mask is true, in one row."""
    keep = volume.valid if mask is None else mask if volume.valid is None else mask & volume.valid
    array = volume.array if channel is None else volume.array[..., channel]
    if array.dtype.kind == "b":
        array = array.view(np.uint8)  # between truths there is no distance, and so no percentile
    values: Array = array.reshape(-1, order="A") if keep is None else array[keep].reshape(-1)
    if real is None:
        return values
    return values[np.isfinite(values)]


def _edges(values: Array, limits: tuple[float, float] | None) -> Array:
    if limits is None:
        low, high = (float(one) for one in np.percentile(values[:: max(1, values.size // _SAMPLE)], _SHOWN))
    else:
        low, high = float(limits[0]), float(limits[1])
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise WrongUse("limits", expected="two numbers, the lesser first", found=limits)
    if values.dtype.kind in "iub":
        # Bins of whole numbers of values: others hold now one value and now two, like a comb.
        step = max(1, round((high - low) / _BINS))
        return np.arange(np.floor(low), np.ceil(high) + step + 1, step, dtype=np.float64) - 0.5
    return np.linspace(low, high if high > low else low + 1.0, _BINS + 1)


def _line(axes: Axes, values: Array, edges: Array, colour: str, name: str, *, filled: bool = False) -> None:
    counts, _ = np.histogram(values, bins=edges.size - 1, range=(edges[0], edges[-1]))
    axes.stairs(
        counts,
        edges,
        color=colour,
        alpha=0.35 if filled else 1.0,
        fill=filled,
        linewidth=1.2,
        label=one_line(name),
    )


def _largest(labels: Labels) -> list[tuple[int, int]]:
    values, counts = np.unique(labels.array[labels.array != 0], return_counts=True)
    chosen = np.sort(np.argsort(-counts, kind="stable")[:_MOST_LABELS])
    return [(int(values[n]), int(counts[n])) for n in chosen]


def _dress(axes: Axes, unit: str, edges: Array, style: Style, *, log: bool) -> None:
    axes.set_facecolor(style.ground)
    axes.set_xlim(edges[0], edges[-1])
    if log:
        axes.set_yscale("symlog", linthresh=1)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(f"value, {one_line(unit)}", color=style.text, size=9, parse_math=False)
    axes.set_ylabel("voxels", color=style.text, size=9)
    axes.tick_params(colors=style.muted, labelsize=8)
    for side in axes.spines.values():
        side.set_color(style.muted)
    for name in ("top", "right"):
        axes.spines[name].set_visible(False)
    if len(axes.patches) > 1:
        legend = axes.legend(fontsize=8, frameon=False, labelcolor=style.text)
        for text in legend.get_texts():
            text.set_parse_math(False)


def _write(figure: Figure, title: str | None, detail: str, style: Style) -> None:
    if title:
        figure.text(
            0.09, 0.97, one_line(title), color=style.text, size=13, weight="bold", va="top", parse_math=False
        )
    figure.text(0.09, 0.89, detail, color=style.muted, size=9, va="center", parse_math=False)
