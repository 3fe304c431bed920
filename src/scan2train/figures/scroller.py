"""A volume in a matplotlib figure that answers: wheel, keys, and drags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.backend_bases import MouseButton

from scan2train.figures.panel import (
    draw_labels,
    draw_scale_bar,
    shades,
    signed,
    window_in_words,
    write_letters,
    write_name,
    write_place,
    write_window,
)
from scan2train.figures.planes import across, cut
from scan2train.figures.style import label_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import KeyEvent, MouseEvent
    from matplotlib.figure import Figure

    from scan2train.figures.planes import Plane, PlaneName
    from scan2train.figures.window import Window
    from scan2train.volume import Labels, Volume

_PLANE_OF: Final[dict[str, PlaneName]] = {"a": "axial", "c": "coronal", "s": "sagittal"}
#: Slices that a key goes on towards the head, the front or the right; the ends are far away.
_STEPS: Final = {
    "up": 1,
    "right": 1,
    "down": -1,
    "left": -1,
    "pageup": 10,
    "pagedown": -10,
    "home": 10**9,
    "end": -(10**9),
}
#: Dragging over the whole figure changes the window by so many of its widths.
_DRAG = 3.0
_LEAST = 1e-3

HELP = "wheel, arrows: slices · a c s: plane · drag: window · r: reset · l: labels · f: fill · click: value"


class Scroller:
    """What is shown, and how it changes; every change is drawn when the window has time for it."""

    def __init__(
        self, figure: Figure, volume: Volume, labels: Labels | None, index: tuple[int, int, int],
        plane: PlaneName, window: Window, *, fill: bool,
    ) -> None:  # fmt: skip
        self.figure = figure
        self.volume = volume
        self.labels = labels
        self.index = index
        self.plane: PlaneName = plane
        self.window = window
        self.fill = fill
        self.shows_labels = labels is not None
        self._first = window
        self._held: tuple[float, float, Window] | None = None
        self._wheel = 0.0
        self._axes: Axes | None = None
        self._shown: Plane | None = None
        self._picture: Any = None
        self._words: Any = None
        connect = figure.canvas.mpl_connect
        connect("scroll_event", self._scrolled)
        connect("key_press_event", self._pressed)
        connect("button_press_event", self._taken)
        connect("motion_notify_event", self._dragged)
        connect("button_release_event", self._let_go)
        self.draw()

    @property
    def count(self) -> int:
        """How many slices the plane has."""
        return self.volume.grid.shape[across(self.volume.grid, self.plane)[0]]

    @property
    def n(self) -> int:
        """The slice that is shown, counted along the axis of the array."""
        return self.index[across(self.volume.grid, self.plane)[0]]

    def move(self, slices: int) -> None:
        """Go on by slices towards the head, the front or the right."""
        axis, sign = across(self.volume.grid, self.plane)
        changed = list(self.index)
        changed[axis] = int(np.clip(changed[axis] + sign * slices, 0, self.count - 1))
        if tuple(changed) != self.index:
            self.index = (changed[0], changed[1], changed[2])
            self.draw()

    def turn(self, plane: PlaneName) -> None:
        """Show another plane through the same voxel."""
        self.plane = plane
        self.draw()

    def draw(self) -> None:
        """Draw all of it anew."""
        mask = self.labels.array if self.labels is not None and self.shows_labels else None
        self._shown = plane = cut(self.volume.array, self.volume.grid, self.plane, self.index, mask)
        self.figure.clear()
        axes = self.figure.add_axes((0.0, 0.0, 1.0, 0.95))
        wide, tall = plane.size_mm
        self._picture = axes.imshow(
            shades(plane.image, self.window), cmap="gray", vmin=0, vmax=1, extent=(0, wide, tall, 0),
            aspect="equal", interpolation="nearest",
        )  # fmt: skip
        draw_labels(axes, plane, fill=self.fill)
        axes.set(xlim=(0, wide), ylim=(tall, 0))
        axes.set_axis_off()
        write_letters(axes, plane)
        write_place(
            axes, f"{self.plane}  {self.n + 1}/{self.count}  {signed(round(plane.at_mm, 1))} {plane.unit}"
        )
        names = {} if self.labels is None else self.labels.names
        for n, value in enumerate(plane.outlines):
            write_name(axes, names.get(value, f"label {value}"), label_colour(value), n + 1)
        self._words = write_window(axes, self.window)
        draw_scale_bar(axes, plane)
        self.figure.text(0.01, 0.985, HELP, color="#8b949e", size=8, va="top")
        self._axes = axes
        self.figure.canvas.draw_idle()

    def _scrolled(self, event: MouseEvent) -> None:
        # A touch pad sends parts of steps.
        self._wheel += event.step
        whole = int(self._wheel)
        self._wheel -= whole
        if whole:
            self.move(whole)

    def _pressed(self, event: KeyEvent) -> None:
        key = event.key
        if key in _STEPS:
            self.move(_STEPS[key])
        elif key in _PLANE_OF:
            self.turn(_PLANE_OF[key])
        elif key == "r":
            self._set_window(self._first)
        elif key == "l" and self.labels is not None:
            self.shows_labels = not self.shows_labels
            self.draw()
        elif key == "f":
            self.fill = not self.fill
            self.draw()

    def _taken(self, event: MouseEvent) -> None:
        busy = getattr(getattr(self.figure.canvas, "toolbar", None), "mode", "")
        if event.button == MouseButton.LEFT and not busy:
            self._held = (event.x, event.y, self.window)
            self._tell(event)

    def _dragged(self, event: MouseEvent) -> None:
        if self._held is None:
            return
        x, y, (centre, width) = self._held
        across_, down = self.figure.bbox.width, self.figure.bbox.height
        wider = width * float(np.exp(_DRAG * (event.x - x) / across_))
        # Up is brighter: the centre goes down.
        self._set_window((centre - _DRAG * width * (event.y - y) / down, max(wider, _LEAST * self._first[1])))

    def _let_go(self, event: MouseEvent) -> None:
        del event
        self._held = None

    def _set_window(self, window: Window) -> None:
        self.window = window
        assert self._shown is not None
        self._picture.set_data(shades(self._shown.image, window))
        self._words.set_text(window_in_words(window))
        self.figure.canvas.draw_idle()

    def _tell(self, event: MouseEvent) -> None:
        """The value under the pointer, written beside the window until something changes."""
        plane = self._shown
        if plane is None or event.inaxes is not self._axes or event.xdata is None or event.ydata is None:
            return
        rows, columns = plane.image.shape[:2]
        row = min(int(event.ydata / plane.pixel_mm[1]), rows - 1)
        column = min(int(event.xdata / plane.pixel_mm[0]), columns - 1)
        value = plane.image[row, column]
        told = " ".join(f"{one:g}" for one in np.atleast_1d(value))
        self._words.set_text(f"{window_in_words(self.window)}   value {told} {self.volume.unit}")
        self.figure.canvas.draw_idle()
