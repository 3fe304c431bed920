"""A volume in three planes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scan2train.figures.planes import choose_index, cut, require_one_grid
from scan2train.figures.sheet import Row, draw, save
from scan2train.figures.window import choose_window

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from scan2train.figures.window import Window
    from scan2train.volume import Labels, Volume


def three_planes(
    volume: Volume,
    labels: Labels | None = None,
    *,
    window: Window | None = None,
    at_mm: tuple[float, float, float] | None = None,
    title: str | None = None,
    path: str | Path | None = None,
) -> Figure:
    """Axial, coronal and sagittal slice through one place, side by side at one scale.

    Radiological convention: the patient's right is on the left of axial and coronal pictures, the front on the left
    of sagittal ones. Pixels are drawn in their true proportions. An oblique volume is not resampled: its own slices
    are shown, named and lettered after the patient's axes that they come closest to.

    Parameters
    ----------
    volume
        ``(i, j, k)``, or ``(i, j, k, c)``: of several channels that are not 8-bit colour, the first is shown.
    labels
        On the same grid; outlined, one colour a value.
    window
        Centre and width, in the unit of the values. If not given: 40, 400 for HU, and the range from the 0.5th to the
        99.5th percentile elsewhere.
    at_mm
        The place, RAS+ mm. If not given: the middle of the labels, else that of the volume.
    title
        Above it all.
    path
        Where to write the picture, in the format of the suffix (.png, .pdf, .svg, …); not written if not given.

    Returns
    -------
    matplotlib.figure.Figure
        With a canvas of its own; matplotlib's global state is not touched.

    Raises
    ------
    GridMismatch
        If the labels lie on another grid.
    WrongUse
        If the window's width is not positive.
    """
    figure = draw([row_of(volume, labels, window=window, at_mm=at_mm, caption="")], title=title)
    if path is not None:
        save(figure, path)
    return figure


def row_of(
    volume: Volume,
    labels: Labels | None,
    *,
    window: Window | None,
    at_mm: tuple[float, float, float] | None,
    caption: str,
) -> Row:
    """The three planes of one volume, not yet drawn."""
    require_one_grid(volume.grid, labels)
    grid = volume.grid
    index = choose_index(grid, labels, None if at_mm is None else np.asarray(at_mm, dtype=np.float64))
    values = None if labels is None else labels.array
    planes = [cut(volume.array, grid, name, index, values) for name in ("axial", "coronal", "sagittal")]
    size = "×".join(str(n) for n in grid.shape)
    spacing = " × ".join(f"{s:.3g}" for s in grid.spacing)
    place = f"{spacing} mm · {grid.orientation}" if grid.physical else "pixels"
    return Row(
        planes=planes,
        window=choose_window(volume, window),
        caption=caption,
        detail=f"{size} voxels · {place} · {volume.unit}",
        names={} if labels is None else labels.names,
    )
