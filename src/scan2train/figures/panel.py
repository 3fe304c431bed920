"""One slice drawn: the picture in true proportions, labels over it, and what is written on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.patheffects import withStroke

from scan2train.figures.style import LETTERS, ON_PICTURES, label_colour
from scan2train.figures.window import to_grey

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from scan2train.figures.planes import Plane
    from scan2train.figures.style import Style
    from scan2train.figures.window import Window
    from scan2train.volume import Array, Mask

_SHADOW = withStroke(linewidth=1.7, foreground="#000000")
_OPACITY = 0.45
#: Pictures as wide as this, in inches, have words of full size.
_FULL_IN = 2.8
#: How far from its edge things are written on a picture, as a share of its size.
_NEAR = 0.018


def draw_panel(axes: Axes, plane: Plane, window: Window, style: Style, *, first: bool) -> None:
    """Draw a slice into axes of its shape; letters on all, the window and the scale bar on the ``first``."""
    wide, tall = plane.size_mm
    extent = (0.0, wide, tall, 0.0)
    axes.imshow(
        shades(plane.image, window), cmap="gray", vmin=0, vmax=1, extent=extent, aspect="auto",
        interpolation="nearest",
    )  # fmt: skip
    draw_labels(axes, plane, fill=style.fill)
    axes.set(xlim=(0, wide), ylim=(tall, 0))
    axes.set_axis_off()
    # Small pictures have small words: the place must end before the letter in the middle.
    share = min(1.0, max(0.6, axes.get_position().width * style.width_in / _FULL_IN))
    write_letters(axes, plane, 10 * share)
    write_place(axes, f"{plane.name}  {signed(round(plane.at_mm, 1))} {plane.unit}", 8 * share)
    if first:
        write_window(axes, window, 8 * share)
        if style.scale_bar:
            draw_scale_bar(axes, plane)


def shades(image: Array, window: Window) -> Array:
    """Greys from 0 to 1; 8-bit colour stays what it is, and of other channels the first is shown."""
    if image.ndim == 3 and image.shape[2] in (3, 4) and image.dtype == np.uint8:
        return image
    return to_grey(image if image.ndim == 2 else image[..., 0], window)


def draw_labels(axes: Axes, plane: Plane, *, fill: bool) -> None:
    """The smallest last, so that what lies within another label is not hidden by it."""
    wide, tall = plane.size_mm
    for value, mask in sorted(plane.outlines.items(), key=lambda one: -int(one[1].sum())):
        if fill:
            colours = np.zeros((*mask.shape, 4), np.float32)
            colours[mask] = to_rgba(label_colour(value), _OPACITY)
            axes.imshow(colours, extent=(0.0, wide, tall, 0.0), aspect="auto", interpolation="nearest")
        else:
            _draw_outline(axes, mask, plane.pixel_mm, label_colour(value))


def _draw_outline(axes: Axes, mask: Mask, pixel_mm: tuple[float, float], colour: str) -> None:
    # A frame of background closes outlines that touch the border.
    framed = np.pad(mask.astype(np.float64), 1)
    rows, columns = framed.shape
    x = (np.arange(columns) - 0.5) * pixel_mm[0]
    y = (np.arange(rows) - 0.5) * pixel_mm[1]
    axes.contour(x, y, framed, levels=[0.5], colors=[to_rgb(colour)], linewidths=1.3)


def write_letters(axes: Axes, plane: Plane, size: float = 10) -> None:
    """What of the patient lies to the left, right, top and bottom."""
    left, right, top, bottom = plane.letters
    for text, x, y, ha, va in (
        (left, _NEAR, 0.5, "left", "center"),
        (right, 1 - _NEAR, 0.5, "right", "center"),
        (top, 0.5, 1 - _NEAR, "center", "top"),
        (bottom, 0.5, _NEAR, "center", "bottom"),
    ):
        _write(axes, text, x, y, ha, va, LETTERS, size)


def write_place(axes: Axes, text: str, size: float = 8) -> Text:
    """In the upper left corner."""
    return _write(axes, text, _NEAR, 1 - _NEAR, "left", "top", ON_PICTURES, size)


def write_name(axes: Axes, name: str, colour: str, line: int) -> Text:
    """A label's name, so many lines below the place."""
    return _write(axes, one_line(name), _NEAR, 1 - _NEAR - 0.032 * line, "left", "top", colour, 8)


def write_window(axes: Axes, window: Window, size: float = 8) -> Text:
    """Centre and width, in the lower left corner."""
    return _write(axes, window_in_words(window), _NEAR, _NEAR, "left", "bottom", ON_PICTURES, size)


def window_in_words(window: Window) -> str:
    """``C 40  W 400``."""
    return f"C {signed(window[0])}  W {window[1]:g}"


def draw_scale_bar(axes: Axes, plane: Plane) -> None:
    """A round length of at most a third of the width, in the lower right corner; none on a pixel grid."""
    wide, tall = plane.size_mm
    lengths = [mm for mm in (1, 2, 5, 10, 20, 50, 100, 200) if mm <= wide * 0.3]
    if plane.unit != "mm" or not lengths:
        return
    length = lengths[-1]
    right, at = wide * (1 - 0.03), tall * (1 - 0.035)
    axes.plot(
        (right - length, right), (at, at),
        color=ON_PICTURES, linewidth=1.6, solid_capstyle="butt", path_effects=[_SHADOW],
    )  # fmt: skip
    text = f"{length} mm" if length < 10 else f"{length // 10} cm"
    axes.text(
        right - length / 2, at - tall * 0.012, text,
        color=ON_PICTURES, size=7.5, ha="center", va="bottom", path_effects=[_SHADOW],
    )  # fmt: skip


def _write(axes: Axes, text: str, x: float, y: float, ha: str, va: str, colour: str, size: float) -> Text:
    return axes.text(
        x, y, text, transform=axes.transAxes, ha=ha, va=va, color=colour, size=size, path_effects=[_SHADOW],
        parse_math=False,
    )  # fmt: skip


def one_line(text: str) -> str:
    """Text from files without characters that break lines or are not seen."""
    return "".join(one if one.isprintable() else "·" for one in text)


def signed(number: float) -> str:
    """A number of at most two places, with a true minus."""
    return f"{round(number, 2):g}".replace("-", "−")
