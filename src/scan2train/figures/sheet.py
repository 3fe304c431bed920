"""A dark sheet of pictures at one scale: where each goes, and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from scan2train.figures.window import to_grey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from scan2train.figures.planes import Plane
    from scan2train.figures.window import Window
    from scan2train.volume import Mask

_GROUND, _TEXT, _MUTED, _LETTER = "#0d1117", "#e6edf3", "#8b949e", "#f2cc60"
#: Colours of outlines by label value, starting again after the last.
LABEL_COLOURS = ("#ff5d5d", "#4cc9f0", "#ffd166", "#80ed99", "#c77dff", "#ff9f5a")

_WIDTH_IN, _MARGIN_IN, _GAP_IN, _CAPTION_IN, _TITLE_IN = 11.0, 0.28, 0.14, 0.30, 0.38
_TALLEST_IN = 7.0
_DPI = 110
_SHADOW = withStroke(linewidth=1.7, foreground="#000000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Pictures side by side, with a caption above: what they are (bright) and how they are sampled (muted)."""

    planes: Sequence[Plane]
    window: Window
    caption: str
    detail: str
    names: Mapping[int, str]

    @property
    def width_mm(self) -> float:
        """All pictures together."""
        return sum(plane.size_mm[0] for plane in self.planes)

    @property
    def height_mm(self) -> float:
        """The tallest picture."""
        return max(plane.size_mm[1] for plane in self.planes)


def draw(rows: Sequence[Row], *, title: str | None) -> Figure:
    """A figure of these rows, all at one scale, so that a millimetre has one length everywhere on the sheet."""
    gaps = _GAP_IN * (max(len(row.planes) for row in rows) - 1)
    scale = (_WIDTH_IN - 2 * _MARGIN_IN - gaps) / max(row.width_mm for row in rows)
    scale = min(scale, _TALLEST_IN / max(row.height_mm for row in rows))
    heights = [row.height_mm * scale + _CAPTION_IN for row in rows]
    top = _TITLE_IN if title else 0.0
    height = 2 * _MARGIN_IN + top + sum(heights) + _GAP_IN * (len(rows) - 1)
    figure = Figure(figsize=(_WIDTH_IN, height), dpi=_DPI, facecolor=_GROUND)
    FigureCanvasAgg(figure)
    if title:
        figure.text(
            _MARGIN_IN / _WIDTH_IN, 1 - _MARGIN_IN / height, title,
            color=_TEXT, size=14, weight="bold", va="top", family="DejaVu Sans",
        )  # fmt: skip
    y = height - _MARGIN_IN - top
    for row, needed in zip(rows, heights, strict=True):
        _draw_row(figure, row, y, scale)
        y -= needed + _GAP_IN
    return figure


def save(figure: Figure, path: str | Path) -> None:
    """Write the figure on its own ground; the same figure gives the same bytes."""
    # matplotlib would write its version and, into vector formats, the time.
    nameless = {".png": {"Software": None}, ".pdf": {"CreationDate": None}, ".svg": {"Date": None}}
    metadata = nameless.get(Path(path).suffix.lower())
    figure.savefig(path, dpi=_DPI, facecolor=figure.get_facecolor(), metadata=metadata)


def _draw_row(figure: Figure, row: Row, y: float, scale: float) -> None:
    width, height = figure.get_size_inches()
    x = _MARGIN_IN
    caption = figure.text(x / width, (y - 0.03) / height, row.caption, color=_TEXT, size=10.5, va="top")
    after = caption.get_window_extent().x1 / _DPI + (0.14 if row.caption else 0)
    figure.text(after / width, (y - 0.04) / height, row.detail, color=_MUTED, size=9, va="top")
    _draw_legend(figure, row, y)
    tallest = row.height_mm * scale
    for plane in row.planes:
        wide, tall = (mm * scale for mm in plane.size_mm)
        bottom = y - _CAPTION_IN - (tallest + tall) / 2
        axes = figure.add_axes((x / width, bottom / height, wide / width, tall / height), label=plane.name)
        _draw_plane(axes, plane, row.window, first=plane is row.planes[0])
        x += wide + _GAP_IN


def _draw_legend(figure: Figure, row: Row, y: float) -> None:
    width, height = figure.get_size_inches()
    right = width - _MARGIN_IN
    shown = sorted({value for plane in row.planes for value in plane.outlines}, reverse=True)
    for value in shown:
        name = figure.text(
            right / width, (y - 0.04) / height, row.names.get(value, f"label {value}"),
            color=label_colour(value), size=9, va="top", ha="right",
        )  # fmt: skip
        right = name.get_window_extent().x0 / _DPI - 0.16


def _draw_plane(axes: Axes, plane: Plane, window: Window, *, first: bool) -> None:
    wide, tall = plane.size_mm
    extent = (0.0, wide, tall, 0.0)
    colour = plane.image.ndim == 3 and plane.image.shape[2] in (3, 4) and plane.image.dtype == np.uint8
    flat = plane.image if colour or plane.image.ndim == 2 else plane.image[..., 0]
    shown = flat if colour else to_grey(flat, window)
    axes.imshow(shown, cmap="gray", vmin=0, vmax=1, extent=extent, aspect="auto", interpolation="nearest")
    # The smallest last, so that what lies within another label is not hidden by its outline.
    for value, mask in sorted(plane.outlines.items(), key=lambda one: -int(one[1].sum())):
        _draw_outline(axes, mask, plane.pixel_mm, label_colour(value))
    axes.set(xlim=(0, wide), ylim=(tall, 0))
    axes.set_axis_off()
    left, right, top, bottom = plane.letters
    near = 0.018
    for text, x, y, ha, va in (
        (left, near, 0.5, "left", "center"),
        (right, 1 - near, 0.5, "right", "center"),
        (top, 0.5, 1 - near, "center", "top"),
        (bottom, 0.5, near, "center", "bottom"),
    ):
        _write(axes, text, x, y, ha, va, _LETTER, 10)
    _write(
        axes, f"{plane.name}  {_signed(plane.at_mm)} {plane.unit}", near, 1 - near, "left", "top", _TEXT, 8
    )
    if first:
        centre, width = window
        _write(axes, f"C {_signed(centre)}  W {width:g}", near, near, "left", "bottom", _TEXT, 8)
        _draw_scale_bar(axes, plane)


def _draw_outline(axes: Axes, mask: Mask, pixel_mm: tuple[float, float], colour: str) -> None:
    # A frame of background closes outlines that touch the border.
    framed = np.pad(mask.astype(np.float64), 1)
    rows, columns = framed.shape
    x = (np.arange(columns) - 0.5) * pixel_mm[0]
    y = (np.arange(rows) - 0.5) * pixel_mm[1]
    axes.contour(x, y, framed, levels=[0.5], colors=[to_rgb(colour)], linewidths=1.3)


def _draw_scale_bar(axes: Axes, plane: Plane) -> None:
    wide, tall = plane.size_mm
    lengths = [mm for mm in (5, 10, 20, 50, 100, 200) if mm <= wide * 0.3]
    if plane.unit != "mm" or not lengths:
        return
    length = lengths[-1]
    right, at = wide * (1 - 0.03), tall * (1 - 0.035)
    axes.plot(
        (right - length, right), (at, at),
        color=_TEXT, linewidth=1.6, solid_capstyle="butt", path_effects=[_SHADOW],
    )  # fmt: skip
    text = f"{length} mm" if length < 10 else f"{length // 10} cm"
    axes.text(
        right - length / 2, at - tall * 0.012, text,
        color=_TEXT, size=7.5, ha="center", va="bottom", path_effects=[_SHADOW],
    )  # fmt: skip


def _write(axes: Axes, text: str, x: float, y: float, ha: str, va: str, colour: str, size: float) -> None:
    axes.text(
        x, y, text, transform=axes.transAxes, ha=ha, va=va, color=colour, size=size, path_effects=[_SHADOW]
    )


def label_colour(value: int) -> str:
    """The colour of a label's outline."""
    return LABEL_COLOURS[(value - 1) % len(LABEL_COLOURS)]


def _signed(number: float) -> str:
    return f"{round(number, 2):g}".replace("-", "−")
