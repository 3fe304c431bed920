"""Surfaces of labels, or of what is bright, as a figure for a page or a paper."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scan2train.errors import WrongUse
from scan2train.figures.panel import draw_scale_bar, write_letters, write_place
from scan2train.figures.planes import Plane
from scan2train.figures.sheet import (
    CAPTION_IN,
    GAP_IN,
    LEGEND_IN,
    MARGIN_IN,
    TITLE_IN,
    blank,
    legend_of,
    save,
    write_head,
    write_title,
)
from scan2train.figures.style import Style, label_colour
from scan2train.tools.mesh.extract import extract
from scan2train.tools.mesh.mesh import ROUNDS, source_of
from scan2train.tools.mesh.picture import BONE, LETTERS, Colour, views
from scan2train.tools.mesh.smooth import smooth
from scan2train.volume import Labels, Volume

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from scan2train.tools.mesh.surface import Surface

_MOST = 40


def surface(
    source: Volume | str | os.PathLike[str],
    *,
    level: float | None = None,
    label: int | None = None,
    smooth_rounds: int = ROUNDS,
    title: str | None = None,
    path: str | os.PathLike[str] | None = None,
    scale_bar: bool = True,
    dark: bool = True,
    width_in: float = 11.0,
    dpi: float = 110.0,
    irregular: str = "refuse",
) -> Figure:
    """Surfaces seen from the front, from the patient's left and from above, in one scale.

    They are those of :func:`~scan2train.tools.mesh.mesh.mesh`, smoothed and with all their triangles.

    Parameters
    ----------
    source
        Labels or an image, or a file or folder of one. With ``level`` it is read as an image, else as labels.
    level
        For an image: the surface of what is at least as bright, 300 HU for bone.
    label
        For labels: which one; if not given each has a surface of its own, in its colour.
    smooth_rounds
        Rounds of smoothing that take the stairs of voxels away; 0 for none.
    title, path, scale_bar, dark, width_in, dpi
        As for :func:`~scan2train.figures.three_planes.three_planes`.
    irregular
        As for :func:`scan2train.read.read`.

    Returns
    -------
    matplotlib.figure.Figure
        With a canvas of its own; ``savefig`` writes it.

    Raises
    ------
    WrongUse
        If there is nothing within, no level for an image, or more than 40 labels at once.
    GeometryError
        If there are no millimetres.
    Scan2TrainError
        As :func:`scan2train.read.read`.
    """
    style = Style(width_in=width_in, dpi=dpi, dark=dark, scale_bar=scale_bar)
    if not 0 <= smooth_rounds < 1000:
        raise WrongUse("smooth_rounds", expected="0 or more, below 1000", found=repr(smooth_rounds))
    volume = source if isinstance(source, Volume) else source_of(source, level, label, irregular)
    values = _values(volume, level, label)
    most_mm = max(volume.grid.spacing) / 2
    made: list[tuple[Surface, Colour]] = []
    for value in values:
        one, _ = extract(volume, level=level, label=value, close_mm=0.0, fill=False)
        made.append((smooth(one, smooth_rounds, most_mm), BONE if value is None else _rgb(value)))
    side = (style.width_in - 2 * MARGIN_IN - 2 * GAP_IN) / 3
    pictures, pixel_mm = views(made, round(side * style.dpi))
    held = sum(one.volume_mm3 for one, _ in made) / 1000
    detail = f"{held:.4g} ml · {sum(len(one.faces) for one, _ in made):,} triangles"
    figure = blank(style, 4.0)
    names = volume.names if isinstance(volume, Labels) else {}
    legend = legend_of(figure, [value for value in values if value is not None], names, "", detail, style)
    head = CAPTION_IN + LEGEND_IN * (len(legend) - 1)
    height = 2 * MARGIN_IN + (TITLE_IN if title else 0) + head + side
    figure.set_size_inches(width_in, height)
    top = write_title(figure, title, style)
    write_head(figure, top, "", detail, legend, style)
    for n, (name, picture) in enumerate(pictures.items()):
        x = MARGIN_IN + n * (side + GAP_IN)
        place = (x / width_in, (top - head - side) / height, side / width_in, side / height)
        axes = figure.add_axes(place, label=name)
        plane = Plane(
            name="coronal", image=picture, outlines={}, pixel_mm=(pixel_mm, pixel_mm),
            letters=LETTERS[name], at_mm=0.0, unit="mm",
        )  # fmt: skip
        wide, tall = plane.size_mm
        axes.imshow(picture, extent=(0, wide, tall, 0), aspect="auto", interpolation="antialiased")
        axes.set(xlim=(0, wide), ylim=(tall, 0))
        axes.set_axis_off()
        write_letters(axes, plane, 9)
        write_place(axes, "from above" if name == "above" else f"from the {name}")
        if scale_bar and n == 0:
            draw_scale_bar(axes, plane)
    if path is not None:
        save(figure, Path(path))
    return figure


def _values(volume: Volume, level: float | None, label: int | None) -> list[int | None]:
    """The labels that get a surface each; ``None`` for an image."""
    if label is not None or level is not None or not isinstance(volume, Labels):
        return [label]
    there = [int(value) for value in np.unique(volume.array) if value]
    if len(there) > _MOST:
        raise WrongUse(
            "too many labels for one figure",
            expected=f"{_MOST} at most",
            found=len(there),
            advice="Name one.",
        )
    # Without any, extraction says what is missing.
    return [*there] or [None]


def _rgb(value: int) -> Colour:
    colour = label_colour(value)
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return red, green, blue
