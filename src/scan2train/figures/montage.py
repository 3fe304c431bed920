"""Many slices of a volume on one sheet."""

from __future__ import annotations

from math import ceil, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from scan2train.errors import WrongUse
from scan2train.figures.panel import (
    draw_labels,
    draw_scale_bar,
    shades,
    signed,
    window_in_words,
    write_letters,
    write_place,
)
from scan2train.figures.planes import ALL_PLANES, across, cut, in_words, own_plane, require_one_grid
from scan2train.figures.sheet import (
    CAPTION_IN,
    LEGEND_IN,
    MARGIN_IN,
    TITLE_IN,
    blank,
    legend_of,
    present,
    save,
    write_head,
    write_title,
)
from scan2train.figures.style import Style
from scan2train.figures.window import choose_window
from scan2train.measures.display_window import in_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from scan2train.figures.planes import Plane, PlaneName
    from scan2train.figures.window import Window, WindowLike
    from scan2train.grid import Grid
    from scan2train.volume import Labels, Volume

#: Width to height of the sheet that is aimed at, the gap between pictures in inches, and the tallest sheet.
_SHAPE, _GAP_IN, _TALLEST_IN = 1.3, 0.05, 14.0
_MOST = 400


def montage(
    volume: Volume,
    labels: Labels | None = None,
    *,
    plane: PlaneName | None = None,
    count: int = 20,
    between_mm: tuple[float, float] | None = None,
    columns: int | None = None,
    window: WindowLike | None = None,
    title: str | None = None,
    path: str | Path | None = None,
    fill: bool = False,
    scale_bar: bool = True,
    dark: bool = True,
    width_in: float = 11.0,
    dpi: float = 110.0,
) -> Figure:
    """Slices of one plane, evenly spread, in rows.

    Axial slices run from the head to the feet, coronal ones from front to back, sagittal ones from right to left, in
    the radiological convention and in true proportions. Oblique volumes are shown as by
    :func:`~scan2train.figures.three_planes.three_planes`: by their own slices, and the caption says so.

    Parameters
    ----------
    volume, labels, window, title, path, fill, scale_bar, dark, width_in, dpi
        As for :func:`~scan2train.figures.three_planes.three_planes`.
    plane
        ``"axial"``, ``"coronal"`` or ``"sagittal"``; if not given, the one that was scanned: across the widest spacing.
    count
        How many slices, 1 to 400; all of them where the volume has fewer.
    between_mm
        Where the first and the last may lie along the axis of the plane, RAS+ mm; the whole volume if not given.
    columns
        How many side by side; chosen for a sheet that is a little wider than tall if not given.

    Returns
    -------
    matplotlib.figure.Figure
        With a canvas of its own; ``savefig`` writes it.

    Raises
    ------
    GridMismatch
        If the labels lie on another grid.
    WrongUse
        If an option has no sensible value, or no slice lies between the two places.
    """
    _check(plane, count, columns)
    volume = in_bytes(volume)
    require_one_grid(volume.grid, labels)
    style = Style(width_in=width_in, dpi=dpi, dark=dark, fill=fill, scale_bar=scale_bar)
    name = plane or own_plane(volume.grid)
    shade = choose_window(volume, window)
    mask = None if labels is None else labels.array
    places = _places(volume.grid, name, count, between_mm)
    planes = [cut(volume.array, volume.grid, name, at, mask) for at in places]
    figure = blank(style, 4.0)
    names = {} if labels is None else labels.names
    detail = f"{in_words(volume.grid)} · {volume.unit} · {window_in_words(shade)}"
    legend = legend_of(figure, present(planes), names, name, detail, style)
    head = CAPTION_IN + LEGEND_IN * (len(legend) - 1)
    columns, wide, tall = _cells(planes, columns, style, head)
    rows = ceil(len(planes) / columns)
    height = 2 * MARGIN_IN + (TITLE_IN if title else 0) + head + rows * tall + (rows - 1) * _GAP_IN
    figure.set_size_inches(width_in, height)
    top = write_title(figure, title, style)
    write_head(figure, top, name, detail, legend, style)
    for n, one in enumerate(planes):
        row, column = divmod(n, columns)
        x = MARGIN_IN + column * (wide + _GAP_IN)
        y = top - head - row * (tall + _GAP_IN) - tall
        axes = figure.add_axes(
            (x / width_in, y / height, wide / width_in, tall / height), label=f"{name} {n}"
        )
        _draw(axes, one, shade, style, first=n == 0)
    if path is not None:
        save(figure, path)
    return figure


def _check(plane: str | None, count: int, columns: int | None) -> None:
    if plane is not None and plane not in ALL_PLANES:
        raise WrongUse("plane", expected=", ".join(ALL_PLANES), found=repr(plane))
    given: dict[str, Any] = {"count": count, "columns": 1 if columns is None else columns}
    for word, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST:
            raise WrongUse(word, expected=f"a whole number from 1 to {_MOST}", found=repr(value))


def _places(
    grid: Grid, name: PlaneName, count: int, between_mm: tuple[float, float] | None
) -> list[tuple[int, int, int]]:
    """Indices of the slices, in the order of the sheet."""
    axis, sign = across(grid, name)
    index = np.tile([(n - 1) // 2 for n in grid.shape], (grid.shape[axis], 1))
    index[:, axis] = np.arange(grid.shape[axis])
    if between_mm is not None:
        world = {"sagittal": 0, "coronal": 1, "axial": 2}[name]
        at = grid.to_world(index)[:, world]
        index = index[(at >= min(between_mm)) & (at <= max(between_mm))]
        if not len(index):
            raise WrongUse(
                "no slice lies between these places",
                expected=f"within {signed(at.min())} and {signed(at.max())} mm", found=between_mm,
            )  # fmt: skip
    # From the head, the front and the right on, where the world's numbers are large.
    ordered = index[::-1] if sign > 0 else index
    chosen = ((np.arange(min(count, len(ordered))) + 0.5) * len(ordered) / min(count, len(ordered))).astype(
        int
    )
    return [(int(i), int(j), int(k)) for i, j, k in ordered[chosen]]


def _cells(planes: list[Plane], columns: int | None, style: Style, head: float) -> tuple[int, float, float]:
    """How many pictures go side by side, and their width and height in inches."""
    wide_mm, tall_mm = planes[0].size_mm
    best = max(1, round(sqrt(len(planes) * _SHAPE * tall_mm / wide_mm)))
    side_by_side = min(best, len(planes)) if columns is None else columns
    wide = (style.width_in - 2 * MARGIN_IN - (side_by_side - 1) * _GAP_IN) / side_by_side
    tall = wide * tall_mm / wide_mm
    rows = ceil(len(planes) / side_by_side)
    shrink = min(1.0, (_TALLEST_IN - head - (rows - 1) * _GAP_IN) / (rows * tall))
    if wide * shrink <= 0.05 or tall * shrink <= 0.05:
        raise WrongUse(
            "pictures would be smaller than a grain",
            expected="fewer slices or columns, or a wider figure",
            found=f"{len(planes)} pictures, {side_by_side} side by side",
        )
    return side_by_side, wide * shrink, tall * shrink


def _draw(axes: Axes, plane: Plane, window: Window, style: Style, *, first: bool) -> None:
    wide, tall = plane.size_mm
    axes.imshow(
        shades(plane.image, window), cmap="gray", vmin=0, vmax=1, extent=(0.0, wide, tall, 0.0), aspect="auto",
        interpolation="nearest",
    )  # fmt: skip
    draw_labels(axes, plane, fill=style.fill)
    axes.set(xlim=(0, wide), ylim=(tall, 0))
    axes.set_axis_off()
    write_place(axes, f"{signed(round(plane.at_mm, 1))} {plane.unit}", 7)
    if first:
        write_letters(axes, plane, 8)
        if style.scale_bar:
            draw_scale_bar(axes, plane)
