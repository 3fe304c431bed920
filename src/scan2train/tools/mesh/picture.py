"""A surface as a picture: from the front, from the patient's left, and from above."""

from __future__ import annotations

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
_BONE, _BACK = (232, 222, 200), (24, 26, 30)


def draw(surface: Surface) -> npt.NDArray[np.uint8]:
    """``(480, 1440, 3)``: the three views side by side, in one scale."""
    from scan2train.kernels.draw_mesh import draw_mesh

    low, high = surface.points.min(axis=0), surface.points.max(axis=0)
    scale = (_SIZE - 2 * _MARGIN) / max(float((high - low).max()), 1e-6)
    centred = (surface.points - (low + high) / 2) * scale
    panels = []
    for axes in _VIEWS.values():
        seen = centred @ np.array(axes, dtype=np.float64).T + (_SIZE / 2, _SIZE / 2, 0)
        depth, shade = np.full((_SIZE, _SIZE), -np.inf), np.zeros((_SIZE, _SIZE))
        draw_mesh(np.ascontiguousarray(seen), surface.faces, depth, shade)
        light = (0.25 + 0.75 * shade)[..., None] * _BONE
        panels.append(np.where(np.isfinite(depth)[..., None], light, _BACK).astype(np.uint8))
    return np.concatenate(panels, axis=1)


def write_picture(surface: Surface, path: Path) -> None:
    """The views as a PNG, whole or not at all."""
    from PIL import Image

    data = BytesIO()
    Image.fromarray(draw(surface)).save(data, "PNG")
    with replacing(path) as file:
        file.write(data.getvalue())
