"""A surface as a picture: from the front, from the patient's left, and from above."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scan2train.formats.atomic import replacing
from scan2train.tools.mesh.surface import Surface

_SIZE, _MARGIN = 480, 16
#: The directions in which columns and rows grow and the eye lies, RAS+: seen from the front the patient's right is on
#: the left.
_VIEWS = {
    "front": ((-1, 0, 0), (0, 0, -1), (0, 1, 0)),
    "left": ((0, -1, 0), (0, 0, -1), (-1, 0, 0)),
    "above": ((1, 0, 0), (0, -1, 0), (0, 0, 1)),
}
#: What of the patient lies to the left, right, top and bottom of each.
LETTERS = {
    "front": ("R", "L", "S", "I"),
    "left": ("A", "P", "S", "I"),
    "above": ("L", "R", "A", "P"),
}
BONE = (232, 222, 200)
_BACK = (24, 26, 30)

Colour = tuple[int, int, int]
Picture = npt.NDArray[np.uint8]


def draw(surface: Surface) -> Picture:
    """``(480, 1440, 3)``: the three views side by side, in one scale."""
    pictures, _ = views([(surface, BONE)], _SIZE)
    return np.concatenate(list(pictures.values()), axis=1)


def views(surfaces: Sequence[tuple[Surface, Colour]], size: int) -> tuple[dict[str, Picture], float]:
    """Each view as a square of ``size`` pixels, all in one scale, and how many mm a pixel is."""
    from scan2train.kernels.draw_mesh import draw_mesh

    low = np.min([one.points.min(axis=0) for one, _ in surfaces], axis=0)
    high = np.max([one.points.max(axis=0) for one, _ in surfaces], axis=0)
    scale = (size - 2 * _MARGIN) / max(float((high - low).max()), 1e-6)
    pictures = {}
    for name, axes in _VIEWS.items():
        depth, shade = np.full((size, size), -np.inf), np.zeros((size, size))
        colours = np.zeros((size, size, 3))
        for surface, colour in surfaces:
            centred = (surface.points - (low + high) / 2) * scale
            seen = centred @ np.array(axes, dtype=np.float64).T + (size / 2, size / 2, 0)
            before = depth.copy()
            draw_mesh(np.ascontiguousarray(seen), surface.faces, depth, shade)
            colours[depth > before] = colour
        light = (0.25 + 0.75 * shade)[..., None] * colours
        pictures[name] = np.where(np.isfinite(depth)[..., None], light, _BACK).astype(np.uint8)
    return pictures, 1 / scale


def write_picture(surface: Surface, path: Path) -> None:
    """The views as a PNG, whole or not at all."""
    from PIL import Image

    data = BytesIO()
    Image.fromarray(draw(surface)).save(data, "PNG")
    with replacing(path) as file:
        file.write(data.getvalue())
