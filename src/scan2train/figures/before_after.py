"""A volume as it came and as it was made, one above the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scan2train.figures.planes import choose_index
from scan2train.figures.sheet import draw, save
from scan2train.figures.three_planes import row_of

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from scan2train.figures.window import Window
    from scan2train.volume import Labels, Volume


def before_after(
    source: Volume,
    prepared: Volume,
    *,
    source_labels: Labels | None = None,
    prepared_labels: Labels | None = None,
    source_window: Window | None = None,
    prepared_window: Window | None = None,
    captions: tuple[str, str] = ("Source", "Prepared"),
    title: str | None = None,
    path: str | Path | None = None,
) -> Figure:
    """Two rows of three planes, through the same place in the patient and at the same scale.

    The place is the middle of the prepared labels, else of the source's, else of the prepared volume. The other
    parameters, what is returned and what is raised are as for
    :func:`~scan2train.figures.three_planes.three_planes`.
    """
    if prepared_labels is None and source_labels is not None:
        x, y, z = source.grid.to_world(choose_index(source.grid, source_labels, None))
    else:
        x, y, z = prepared.grid.to_world(choose_index(prepared.grid, prepared_labels, None))
    at_mm = (float(x), float(y), float(z))
    rows = [
        row_of(source, source_labels, window=source_window, at_mm=at_mm, caption=captions[0]),
        row_of(prepared, prepared_labels, window=prepared_window, at_mm=at_mm, caption=captions[1]),
    ]
    figure = draw(rows, title=title)
    if path is not None:
        save(figure, path)
    return figure
