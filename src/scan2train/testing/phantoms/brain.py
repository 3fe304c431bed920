"""A head MR made from ellipsoids, with what makes MR hard: an uneven field and noise that is never negative."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scan2train.testing.phantoms.canvas import Canvas, Ellipsoid, world_axes
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.volume import Labels, Volume

if TYPE_CHECKING:
    from scan2train.grid import Grid

_HEAD = Ellipsoid(centre=(0, 0, -10), radii=(78, 98, 112))
_SKULL = Ellipsoid(centre=(0, 0, 0), radii=(71, 91, 96))
_LIQUOR = Ellipsoid(centre=(0, 0, 4), radii=(66, 86, 86))
_CORTEX = Ellipsoid(centre=(0, 0, 6), radii=(63, 82, 78))
_WHITE = Ellipsoid(centre=(0, 0, 8), radii=(52, 70, 64))


def brain_mr(
    shape: tuple[int, int, int] = (88, 108, 64),
    spacing: tuple[float, float, float] = (2.1, 2.3, 3.7),
    *,
    seed: int = 0,
    orientation: str = "LPS",
    grid: Grid | None = None,
    noise: float = 9.0,
    bias: float = 0.25,
) -> tuple[Volume, Labels]:
    """A T1-weighted head of an adult, centred on the origin.

    Parameters
    ----------
    shape, spacing, orientation, grid, seed
        As for :func:`~scan2train.testing.phantoms.chest.chest_ct`.
    noise
        Standard deviation in either channel of the Rician noise, in the unit of the values.
    bias
        How far the coil's field departs from 1, from the lower back to the upper front of the head.

    Returns
    -------
    Volume, Labels
        int16 from 0 to 4095 in arbitrary units; uint8 with 1 liquor, 2 grey matter, 3 white matter.
    """
    where = grid if grid is not None else centred_grid(shape, spacing, orientation)
    rng = np.random.default_rng(seed)
    canvas = Canvas.blank(where, 0)
    for body, value in ((_HEAD, 620), (_SKULL, 40), (_LIQUOR, 140), (_CORTEX, 380), (_WHITE, 540)):
        canvas.paint(body, value)
    labels = np.zeros(canvas.values.shape, dtype=np.uint8)
    for label, body in ((1, _LIQUOR), (2, _CORTEX), (3, _WHITE)):
        labels[canvas.mask(body)] = label
    for side in (1.0, -1.0):
        ventricle = Ellipsoid(centre=(side * 13, 4, 14), radii=(9, 34, 12))
        canvas.paint(ventricle, 130)
        labels[canvas.mask(ventricle)] = 1
    every = (slice(0, where.shape[0]), slice(0, where.shape[1]), slice(0, where.shape[2]))
    _, y, z = world_axes(where, every, np.float32)
    signal = canvas.values * np.clip(1 + bias * (0.6 * y + 0.8 * z) / 100, 0.2, 2.0)
    real, other = (rng.standard_normal(signal.shape, dtype=np.float32) * np.float32(noise) for _ in range(2))
    values = np.clip(np.rint(np.hypot(signal + real, other)), 0, 4095).astype(np.int16)
    names = {1: "liquor", 2: "grey matter", 3: "white matter"}
    volume = Volume(array=values.T, grid=where, unit="a.u.", meta={"modality": "MR"})
    return volume, Labels(array=labels.T, grid=where, names=names)
