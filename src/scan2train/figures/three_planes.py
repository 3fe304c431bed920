"""A volume in three planes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scan2train.figures.planes import choose_index, cut, in_words, require_one_grid, worth_showing
from scan2train.figures.sheet import Row, draw, save
from scan2train.figures.style import Style
from scan2train.figures.window import choose_window
from scan2train.measures.display_window import in_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from scan2train.figures.window import WindowLike
    from scan2train.volume import Labels, Volume


def three_planes(
    volume: Volume,
    labels: Labels | None = None,
    *,
    window: WindowLike | None = None,
    at_mm: tuple[float, float, float] | None = None,
    title: str | None = None,
    path: str | Path | None = None,
    fill: bool = False,
    scale_bar: bool = True,
    dark: bool = True,
    width_in: float = 11.0,
    dpi: float = 110.0,
) -> Figure:
    """Axial, coronal and sagittal slice through one place, side by side at one scale.

    Radiological convention: the patient's right is on the left of axial and coronal pictures, the front on the left
    of sagittal ones. Pixels are drawn in their true proportions. An oblique volume is not resampled: its own slices
    are shown, named and lettered after the patient's axes that they come closest to, and the caption says how far
    they are off. A single slice is shown alone.

    Parameters
    ----------
    volume
        ``(i, j, k)``, or ``(i, j, k, c)``: of several channels that are not 8-bit colour, the first is shown.
    labels
        On the same grid; one colour a value, with a legend.
    window
        Centre and width in the unit of the values, or a name: lung, soft-tissue, bone, brain, liver for CT, or
        automatic, the range from the 0.5th to the 99.5th percentile. If not given: soft tissue for HU, else automatic.
    at_mm
        The place, RAS+ mm. If not given: the middle of the labels, else that of the volume.
    title
        Above it all.
    path
        Where to write the picture, in the format of the suffix (.png, .pdf, .svg, …); not written if not given.
    fill
        Labels as areas that the picture shines through, instead of outlines.
    scale_bar
        A bar of a round length in mm on the first picture.
    dark
        A dark sheet around the pictures, or a white one.
    width_in, dpi
        Width of the figure in inches, and dots an inch.

    Returns
    -------
    matplotlib.figure.Figure
        With a canvas of its own; matplotlib's global state is not touched.

    Raises
    ------
    GridMismatch
        If the labels lie on another grid.
    WrongUse
        If the window's width is not positive, there is none of that name, or a size is no sensible one.
    """
    style = Style(width_in=width_in, dpi=dpi, dark=dark, fill=fill, scale_bar=scale_bar)
    row = row_of(volume, labels, window=window, at_mm=at_mm, caption="")
    figure = draw([row], title=title, style=style)
    if path is not None:
        save(figure, path)
    return figure


def row_of(
    volume: Volume,
    labels: Labels | None,
    *,
    window: WindowLike | None,
    at_mm: tuple[float, float, float] | None,
    caption: str,
) -> Row:
    """The three planes of one volume, not yet drawn."""
    volume = in_bytes(volume)
    require_one_grid(volume.grid, labels)
    grid = volume.grid
    index = choose_index(grid, labels, None if at_mm is None else np.asarray(at_mm, dtype=np.float64))
    values = None if labels is None else labels.array
    return Row(
        planes=[cut(volume.array, grid, name, index, values) for name in worth_showing(grid)],
        window=choose_window(volume, window),
        caption=caption,
        detail=f"{in_words(grid)} · {volume.unit}",
        names={} if labels is None else labels.names,
    )
