"""A volume as a small picture: its three planes side by side, for pages with many of them."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from scan2train.figures.planes import choose_index, cut, worth_showing
from scan2train.figures.window import choose_window, to_grey
from scan2train.measures.display_window import in_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scan2train.figures.planes import Plane
    from scan2train.figures.window import Window
    from scan2train.volume import Array, Labels, Volume

_GAP = 2
_QUALITY = 72
#: Opacity and colours of labels drawn over the picture, by value, starting again after the last.
_OVER = 0.45
_COLOURS = ((255, 93, 93), (76, 201, 240), (255, 209, 102), (128, 237, 153), (199, 125, 255), (255, 159, 90))


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """JPEG bytes, and their size in pixels."""

    jpeg: bytes
    width: int
    height: int


def thumbnail(
    volume: Volume,
    labels: Labels | None = None,
    *,
    window: Window | None = None,
    height: int = 132,
    widest: int = 460,
) -> Thumbnail:
    """Axial, coronal and sagittal slices in the radiological convention, at one scale and in true proportions.

    A single slice gives one picture. ``height`` and ``widest`` bound the picture in pixels; ``labels`` are drawn
    over it. The window is chosen as for the larger figures if not given.
    """
    volume = in_bytes(volume)
    index = choose_index(volume.grid, labels, None)
    shades = choose_window(volume, window)
    mask = None if labels is None else labels.array
    planes = [cut(volume.array, volume.grid, name, index, mask) for name in worth_showing(volume.grid)]
    if window is None and all(np.ptp(to_grey(plane.image, shades)) == 0 for plane in planes):
        # Nothing shows in the window of the unit: the values decide.
        shades = choose_window(volume.replace(unit="a.u."), None)
    grey = labels is None and volume.array.ndim == 3
    return side_by_side(planes, shades, height=height, widest=widest, grey=grey)


def side_by_side(
    planes: Sequence[Plane], window: Window, *, height: int = 132, widest: int = 460, grey: bool = False
) -> Thumbnail:
    """Planes at one scale and in true proportions, with their labels over them; ``grey`` where nothing is coloured."""
    width_mm = sum(plane.size_mm[0] for plane in planes)
    height_mm = max(plane.size_mm[1] for plane in planes)
    scale = min(height / height_mm, (widest - _GAP * (len(planes) - 1)) / width_mm)
    pictures = [_picture(plane, window, scale) for plane in planes]
    sheet = Image.new(
        "RGB", (sum(p.width for p in pictures) + _GAP * (len(pictures) - 1), max(p.height for p in pictures))
    )
    x = 0
    for picture in pictures:
        sheet.paste(picture, (x, (sheet.height - picture.height) // 2))
        x += picture.width + _GAP
    out = BytesIO()
    (sheet.convert("L") if grey else sheet).save(out, "JPEG", quality=_QUALITY, optimize=True)
    return Thumbnail(jpeg=out.getvalue(), width=sheet.width, height=sheet.height)


def _picture(plane: Plane, window: Window, scale: float) -> Image.Image:
    wide, tall = (max(1, round(mm * scale)) for mm in plane.size_mm)
    picture = Image.fromarray(_rgb(plane.image, window)).resize((wide, tall), Image.Resampling.BILINEAR)
    for value, outline in plane.outlines.items():
        mask = Image.fromarray((outline * np.uint8(255 * _OVER)).astype(np.uint8)).resize((wide, tall))
        picture.paste(_COLOURS[(value - 1) % len(_COLOURS)], (0, 0, wide, tall), mask)
    return picture


def _rgb(image: Array, window: Window) -> Array:
    if image.ndim == 3 and image.dtype == np.uint8 and image.shape[2] in (3, 4):
        return np.ascontiguousarray(image[..., :3])
    flat = image if image.ndim == 2 else image[..., 0]
    grey = np.rint(255 * to_grey(flat, window)).astype(np.uint8)
    return np.ascontiguousarray(np.repeat(grey[..., None], 3, axis=2))
