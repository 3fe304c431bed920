"""A volume made small enough to be carried in a page, with its labels: what ``viewer.js`` scrolls through."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from scan2train.figures.style import label_colour
from scan2train.figures.window import AUTOMATIC, Window, choose_window
from scan2train.grid import Grid, closest_axes
from scan2train.knowledge.windows import CT_WINDOWS
from scan2train.volume import Array, Labels, Volume

#: Value and grey of 8 bits between which greys run straight, for HU: soft tissue has the most of them.
_HU_GREYS = ((-1050.0, 0.0), (-200.0, 70.0), (250.0, 205.0), (1500.0, 255.0))
#: Of JPEG, where pages carry many volumes.
SMALL = 60
#: So many slices are averaged to one at most, and so many samples along each axis of a slice.
_SAMPLES = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reduced:
    """Slices side by side in one picture (JPEG), from the head to the feet, and likewise their labels (PNG).

    ``shape`` and ``spacing_mm`` count from the patient's right to the left, from front to back, and from head to feet,
    without patient geometry (``physical``) as the volume itself does;
    ``greys`` are values and the greys that stand for them, ``windows`` those to choose from.
    """

    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    physical: bool
    unit: str
    columns: int
    picture: bytes
    labels: bytes
    names: Mapping[int, str]
    greys: tuple[tuple[float, float], ...]
    windows: tuple[tuple[str, float, float], ...]

    def to_json(self) -> dict[str, Any]:
        """All of it in plain values, the pictures in base64."""
        return {
            "shape": list(self.shape),
            "spacing": [round(one, 4) for one in self.spacing_mm],
            "physical": self.physical,
            "unit": self.unit,
            "columns": self.columns,
            "picture": base64.b64encode(self.picture).decode(),
            "labels": base64.b64encode(self.labels).decode(),
            "names": [[value, name, label_colour(value)] for value, name in self.names.items()],
            "greys": [list(one) for one in self.greys],
            "windows": [list(one) for one in self.windows],
        }

    @property
    def bytes(self) -> int:
        """How much of a page it takes."""
        return (len(self.picture) + len(self.labels)) * 4 // 3 + 400


def reduced(
    volume: Volume,
    labels: Labels | None = None,
    *,
    largest: int,
    window: Window | None = None,
    quality: int = SMALL,
) -> Reduced | None:
    """Bring a volume to at most ``largest`` voxels along its longest side, about as far apart along all.

    Each voxel is an average of some of those that it stands for, of labels the middle one. Only labels with values up
    to 255 are carried. ``window`` stands before the windows by name. A single slice, and colour, are not reduced.
    """
    if min(volume.grid.shape) < 2 or volume.array.ndim == 4:
        return None
    sizes, spacings = _turned_sizes(volume.grid)
    step = max(n * mm for n, mm in zip(sizes, spacings, strict=True)) / largest
    shape = tuple(min(n, max(1, round(n * mm / step))) for n, mm in zip(sizes, spacings, strict=True))
    x, y, z = shape
    # A mask alone is drawn by its labels, over nothing.
    drawn = labels if labels is not None or not isinstance(volume, Labels) else volume
    shade = choose_window(volume, window)
    greys = _greys(volume, shade)
    columns = max(1, round((z * y / x) ** 0.5))
    image = _mosaic([] if isinstance(volume, Labels) else _slices(volume, shape, greys), (x, y, z), columns)
    out = BytesIO()
    Image.fromarray(image).save(out, "JPEG", quality=quality, optimize=True)
    coloured = BytesIO()
    present: list[int] = []
    if drawn is not None:
        marks = _mosaic(_nearest(drawn, shape), (x, y, z), columns)
        present = [int(value) for value in np.unique(marks) if value]
        Image.fromarray(marks).save(coloured, "PNG", optimize=True)
    names = {} if drawn is None else drawn.names
    return Reduced(
        shape=(x, y, z),
        spacing_mm=tuple(n * mm / m for n, mm, m in zip(sizes, spacings, shape, strict=True)),  # type: ignore[arg-type]
        physical=volume.grid.physical,
        unit=volume.unit,
        columns=columns,
        picture=out.getvalue(),
        labels=coloured.getvalue() if present else b"",
        names={value: names.get(value, f"label {value}") for value in present},
        greys=greys,
        windows=_windows(volume, shade),
    )


def _greys(volume: Volume, shade: Window) -> tuple[tuple[float, float], ...]:
    if volume.unit == "HU":
        return _HU_GREYS
    centre, width = choose_window(volume, AUTOMATIC)
    low = min(centre - width / 2, shade[0] - shade[1] / 2)
    high = max(centre + width / 2, shade[0] + shade[1] / 2)
    return ((low, 0.0), (high, 255.0))


def _windows(volume: Volume, shade: Window) -> tuple[tuple[str, float, float], ...]:
    named = CT_WINDOWS if volume.unit == "HU" else {AUTOMATIC: choose_window(volume, AUTOMATIC)}
    first = next((name for name, window in named.items() if window == shade), "as asked")
    rest = [(name, *window) for name, window in named.items() if name != first]
    return ((first, *shade), *rest)


def _turned(array: Array, grid: Grid) -> Array:
    """The array as a view whose axes run from right to left, front to back and head to feet, or closest to that.

    Without patient geometry nobody has a right or a head: the first row stays on top, and the first slice the first.
    """
    axes = closest_axes(grid)
    order = [next(axis for axis, (world, _) in enumerate(axes) if world == wanted) for wanted in range(3)]
    view = array.transpose(*order)
    if not grid.physical:
        return view
    return view[tuple(slice(None, None, -axes[axis][1]) for axis in order)]


def _turned_sizes(grid: Grid) -> tuple[tuple[int, ...], tuple[float, ...]]:
    order = sorted(range(3), key=lambda axis: closest_axes(grid)[axis][0])
    return tuple(grid.shape[axis] for axis in order), tuple(grid.spacing[axis] for axis in order)


def _slices(volume: Volume, shape: tuple[int, ...], greys: tuple[tuple[float, float], ...]) -> list[Array]:
    """Each slice ``(y, x)`` in greys of 8 bits."""
    array = _turned(volume.array, volume.grid)
    valid = None if volume.valid is None else _turned(volume.valid, volume.grid)
    stride = [max(1, n // (m * _SAMPLES)) for n, m in zip(array.shape, shape, strict=True)]
    values, shades = zip(*greys, strict=True)
    made = []
    for number in range(shape[2]):
        first, last = (round(end * array.shape[2] / shape[2]) for end in (number, number + 1))
        total = 0.0
        chosen = range(first, max(last, first + 1), stride[2])
        for at in chosen:
            part = array[:: stride[0], :: stride[1], at].T
            grey = np.nan_to_num(np.interp(part, values, shades), nan=0.0)
            if valid is not None:
                grey = np.where(valid[:: stride[0], :: stride[1], at].T, grey, 0.0)
            total = total + grey
        whole = Image.fromarray(np.rint(total / len(chosen)).astype(np.uint8))
        made.append(np.asarray(whole.resize((shape[0], shape[1]), Image.Resampling.BOX)))
    return made


def _nearest(labels: Labels, shape: tuple[int, ...]) -> list[Array]:
    array = _turned(labels.array, labels.grid)
    middles = [
        ((np.arange(m) + 0.5) * n / m).astype(np.intp) for n, m in zip(array.shape, shape, strict=True)
    ]
    small = array[np.ix_(*middles)]
    small = np.where((small > 0) & (small <= 255), small, 0).astype(np.uint8)
    return [small[:, :, number].T for number in range(shape[2])]


def _mosaic(slices: list[Array], shape: tuple[int, int, int], columns: int) -> Array:
    """Slices in rows, the first in the upper left; black where there is none."""
    x, y, z = shape
    sheet = np.zeros((-(-z // columns) * y, columns * x), np.uint8)
    for number, one in enumerate(slices):
        row, column = divmod(number, columns)
        sheet[row * y : (row + 1) * y, column * x : (column + 1) * x] = one
    return sheet
