"""A sheet of pictures at one scale: where each goes."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from scan2train.figures.panel import draw_panel, one_line
from scan2train.figures.style import Style, label_colour

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scan2train.figures.planes import Plane
    from scan2train.figures.window import Window

MARGIN_IN, GAP_IN, CAPTION_IN, TITLE_IN = 0.28, 0.14, 0.30, 0.38
LEGEND_IN = 0.2
_TALLEST_IN = 7.0
#: Between the names of a legend, and from the beginning of a coloured square to its name.
_BETWEEN_IN, _SWATCH_IN = 0.16, 0.15

#: Name of a label, its colour, and how wide the name is in inches.
Entry = tuple[str, str, float]
#: Entries in lines.
Legend = list[list[Entry]]


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


def draw(rows: Sequence[Row], *, title: str | None, style: Style | None = None) -> Figure:
    """A figure of these rows, all at one scale, so that a millimetre has one length everywhere on the sheet."""
    style = style or Style()
    gaps = GAP_IN * (max(len(row.planes) for row in rows) - 1)
    scale = (style.width_in - 2 * MARGIN_IN - gaps) / max(row.width_mm for row in rows)
    scale = min(scale, _TALLEST_IN / max(row.height_mm for row in rows))
    figure = blank(style, style.width_in)
    legends = [
        legend_of(figure, present(row.planes), row.names, row.caption, row.detail, style) for row in rows
    ]
    heads = [CAPTION_IN + LEGEND_IN * (len(legend) - 1) for legend in legends]
    heights = [row.height_mm * scale + head for row, head in zip(rows, heads, strict=True)]
    height = 2 * MARGIN_IN + (TITLE_IN if title else 0.0) + sum(heights) + GAP_IN * (len(rows) - 1)
    figure.set_size_inches(style.width_in, height)
    y = write_title(figure, title, style)
    for row, legend, head, needed in zip(rows, legends, heads, heights, strict=True):
        write_head(figure, y, row.caption, row.detail, legend, style)
        x, tallest = MARGIN_IN, row.height_mm * scale
        for plane in row.planes:
            wide, tall = (mm * scale for mm in plane.size_mm)
            bottom = y - head - (tallest + tall) / 2
            place = (x / style.width_in, bottom / height, wide / style.width_in, tall / height)
            axes = figure.add_axes(place, label=plane.name)
            draw_panel(axes, plane, row.window, style, first=plane is row.planes[0])
            x += wide + GAP_IN
        y -= needed + GAP_IN
    return figure


def blank(style: Style, height_in: float) -> Figure:
    """An empty figure with a canvas of its own, which does not touch matplotlib's global state."""
    figure = Figure(figsize=(style.width_in, height_in), dpi=style.dpi, facecolor=style.ground)
    FigureCanvasAgg(figure)
    return figure


def write_title(figure: Figure, title: str | None, style: Style) -> float:
    """Write it at the top; returns the height in inches at which the rest begins."""
    height = figure.get_figheight()
    if not title:
        return height - MARGIN_IN
    figure.text(
        MARGIN_IN / figure.get_figwidth(), 1 - MARGIN_IN / height, one_line(title),
        color=style.text, size=14, weight="bold", va="top", family="DejaVu Sans", parse_math=False,
    )  # fmt: skip
    return height - MARGIN_IN - TITLE_IN


def present(planes: Iterable[Plane]) -> list[int]:
    """The labels that are to be seen."""
    return sorted({value for plane in planes for value in plane.outlines})


def legend_of(
    figure: Figure,
    values: Iterable[int],
    names: Mapping[int, str],
    caption: str,
    detail: str,
    style: Style,
) -> Legend:
    """Names of labels: in the line of the caption where they fit beside it, else below."""
    entries = [
        (
            text := one_line(names.get(value, f"label {value}")),
            label_colour(value),
            _width_in(figure, text, 9),
        )
        for value in values
    ]
    room = style.width_in - 2 * MARGIN_IN
    head = _width_in(figure, caption, 10.5) + _width_in(figure, detail, 9) + 0.4
    if sum(_needed_in(one) for one in entries) <= room - head:
        return [entries]
    lines: Legend = [[], []]
    left = room
    for entry in entries:
        if lines[-1] and _needed_in(entry) > left:
            lines.append([])
            left = room
        lines[-1].append(entry)
        left -= _needed_in(entry)
    return lines


def write_head(figure: Figure, y: float, caption: str, detail: str, legend: Legend, style: Style) -> None:
    """Caption and detail at the left, the legend at the right or below; ``y`` in inches."""
    width, height = figure.get_size_inches()
    after = MARGIN_IN + (_width_in(figure, caption, 10.5) + 0.14 if caption else 0)
    for text, x, colour, size in (
        (caption, MARGIN_IN, style.text, 10.5),
        (detail, after, style.muted, 9),
    ):
        figure.text(
            x / width, (y - 0.035) / height, text, color=colour, size=size, va="top", parse_math=False
        )
    for number, line in enumerate(legend):
        x = MARGIN_IN if number else width - MARGIN_IN + _BETWEEN_IN - sum(_needed_in(one) for one in line)
        for text, colour, wide in line:
            at = y - 0.035 - number * LEGEND_IN
            figure.text(x / width, at / height, "■", color=colour, size=9, va="top")
            where = (x + _SWATCH_IN) / width
            figure.text(where, at / height, text, color=style.text, size=9, va="top", parse_math=False)
            x += _SWATCH_IN + wide + _BETWEEN_IN


def save(figure: Figure, path: str | Path) -> None:
    """Write the figure on its own ground; the same figure gives the same bytes."""
    # matplotlib would write its version and, into vector formats, the time.
    nameless = {".png": {"Software": None}, ".pdf": {"CreationDate": None}, ".svg": {"Date": None}}
    metadata = nameless.get(Path(path).suffix.lower())
    figure.savefig(path, dpi=figure.dpi, facecolor=figure.get_facecolor(), metadata=metadata)


def as_png(figure: Figure) -> bytes:
    """The same as bytes."""
    out = BytesIO()
    figure.savefig(
        out, format="png", dpi=figure.dpi, facecolor=figure.get_facecolor(), metadata={"Software": None}
    )
    return out.getvalue()


def _needed_in(entry: Entry) -> float:
    return _SWATCH_IN + entry[2] + _BETWEEN_IN


def _width_in(figure: Figure, text: str, size: float) -> float:
    if not text:
        return 0.0
    measured = figure.text(0, 0, text, size=size, parse_math=False)
    box = measured.get_window_extent()
    measured.remove()
    return float(box.width) / float(figure.dpi)
