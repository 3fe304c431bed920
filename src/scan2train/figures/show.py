"""A volume to scroll through, in a window of matplotlib or in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from scan2train.errors import WrongUse
from scan2train.figures.in_notebook import as_page
from scan2train.figures.planes import ALL_PLANES, choose_index, own_plane, require_one_grid
from scan2train.figures.scroller import Scroller
from scan2train.figures.style import Style
from scan2train.figures.window import choose_window
from scan2train.measures.display_window import in_bytes

if TYPE_CHECKING:
    from scan2train.figures.planes import PlaneName
    from scan2train.figures.window import WindowLike
    from scan2train.volume import Labels, Volume

_HEIGHT = 1.05


class Shown(Figure):
    """The figure of :func:`show`; ``scroller`` holds what is shown.

    In a notebook whose figures are still pictures it is shown by a page of its own instead, which scrolls as well.
    """

    scroller: Scroller
    page: str | None = None

    def _repr_html_(self) -> str | None:
        return self.page


def show(
    volume: Volume,
    labels: Labels | None = None,
    *,
    plane: PlaneName | None = None,
    window: WindowLike | None = None,
    at_mm: tuple[float, float, float] | None = None,
    fill: bool = False,
    width_in: float = 7.0,
    dpi: float = 110.0,
    block: bool | None = None,
) -> Shown:
    """Show a volume to scroll through.

    The wheel and the arrow keys go from slice to slice (page up and down by ten, home and end to the ends), ``a``,
    ``c`` and ``s`` choose the plane, dragging changes the window (right: wider, up: brighter), ``r`` takes it back,
    ``l`` hides the labels, ``f`` fills them, and a click tells the value. Radiological convention, true proportions;
    oblique volumes are shown by their own slices.

    With a backend that opens windows, or ``%matplotlib widget`` in a notebook, that is a live figure of the whole
    volume. In a notebook with still pictures it is a small page of a reduced copy with its labels, which scrolls too.
    With neither the figure is returned, and its ``savefig`` writes what is shown.

    Parameters
    ----------
    volume, labels, window, at_mm
        As for :func:`~scan2train.figures.three_planes.three_planes`.
    plane
        ``"axial"``, ``"coronal"`` or ``"sagittal"``; if not given, the one that was scanned.
    fill
        Begin with labels as areas instead of outlines.
    width_in, dpi
        Width of the figure in inches, and dots an inch.
    block
        Whether to wait until the window is closed; as :func:`matplotlib.pyplot.show` if not given.

    Returns
    -------
    Shown
        A :class:`matplotlib.figure.Figure` that answers to events.

    Raises
    ------
    GridMismatch
        If the labels lie on another grid.
    WrongUse
        If an option has no sensible value.
    """
    if plane is not None and plane not in ALL_PLANES:
        raise WrongUse("plane", expected=", ".join(ALL_PLANES), found=repr(plane))
    volume = in_bytes(volume)
    require_one_grid(volume.grid, labels)
    style = Style(width_in=width_in, dpi=dpi)
    shade = choose_window(volume, window)
    index = choose_index(volume.grid, labels, None if at_mm is None else np.asarray(at_mm, dtype=np.float64))
    live = _is_live()
    figure = _figure(style, live=live)
    figure.scroller = Scroller(
        figure, volume, labels, index, plane or own_plane(volume.grid), shade, fill=fill
    )
    if live:
        from matplotlib import pyplot as plt

        plt.show(block=block)
    elif _is_notebook():
        figure.page = as_page(volume, labels, shade)
    return figure


def _figure(style: Style, *, live: bool) -> Shown:
    size = (style.width_in, style.width_in * _HEIGHT)
    if not live:
        figure = Shown(figsize=size, dpi=style.dpi, facecolor=style.ground)
        FigureCanvasAgg(figure)
        return figure
    from matplotlib import pyplot as plt

    made = plt.figure(figsize=size, dpi=style.dpi, facecolor=style.ground, FigureClass=Shown)
    assert isinstance(made, Shown)
    manager = made.canvas.manager
    if manager is not None and manager.key_press_handler_id is not None:
        # The keys of matplotlib's own would pan, save and close as well.
        made.canvas.mpl_disconnect(manager.key_press_handler_id)
    return made


def _is_live() -> bool:
    """Whether matplotlib draws where a hand can reach it."""
    import matplotlib as mpl
    from matplotlib.backends.registry import BackendFilter, backend_registry

    name = mpl.get_backend().lower()
    still = backend_registry.list_builtin(BackendFilter.NON_INTERACTIVE)  # type: ignore[no-untyped-call]
    return name not in still and "inline" not in name


def _is_notebook() -> bool:
    import matplotlib as mpl

    return "inline" in mpl.get_backend().lower()
