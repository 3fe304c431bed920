"""A mammogram: a compressed breast with gland, fat and skin, and on an MLO the pectoral muscle."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse

#: Stored values of an image for presentation, bright is dense, 12 bits.
_AIR, _FAT, _GLAND, _SKIN, _MUSCLE, _CALCIUM = 60, 900, 2300, 1500, 2900, 3900


def mammogram(
    side: Literal["L", "R"],
    view: Literal["CC", "MLO"],
    shape: tuple[int, int] = (300, 240),
    *,
    calcifications: bool = False,
    seed: int = 0,
) -> npt.NDArray[np.uint16]:
    """Rows × columns of 12-bit values, bright is dense.

    The left breast has its chest wall at the left edge of the picture and the right one at the right edge, as films
    are hung back to back (PS3.3 C.8.11.7.1.4: the row direction of a left CC is anterior). On an MLO the muscle
    runs from the upper corner at the chest wall downwards.

    Raises
    ------
    WrongUse
        If the side is not L or R, or the view not CC or MLO.
    """
    if side not in ("L", "R") or view not in ("CC", "MLO"):
        raise WrongUse(
            "a mammogram is of one side and one view", expected="L or R, CC or MLO", found=(side, view)
        )
    rows, columns = shape
    y, x = np.mgrid[:rows, :columns].astype(np.float64)
    y, x = (y - rows * (0.5 if view == "CC" else 0.56)) / (0.44 * rows), x / (0.78 * columns)
    radius = np.hypot(y, x)
    rng = np.random.default_rng([seed, ord(side), len(view)])
    picture = np.where(radius < 1.0, _FAT, _AIR).astype(np.float64)
    picture += np.where(radius < 0.82, (0.82 - radius) * 900, 0)
    for _ in range(40):
        along, across = rng.uniform(0.05, 0.7), rng.uniform(-0.55, 0.55)
        if np.hypot(along, across) < 0.72:
            size = rng.uniform(0.03, 0.13)
            blob = np.exp(-(((x - along) / size) ** 2 + ((y - across) / (0.7 * size)) ** 2))
            picture += np.where(radius < 0.9, blob * rng.uniform(0.3, 0.8) * (_GLAND - _FAT), 0)
    picture[(radius >= 0.97) & (radius < 1.0)] = _SKIN
    if view == "MLO":
        muscle = (x / 0.42 + (y + 1.3) / 1.25) < 1.0
        picture = np.where(muscle, _MUSCLE + 120 * np.sin(9 * x + 4 * y), picture)
    if calcifications:
        for _ in range(9):
            row = int(rows * (0.5 + rng.uniform(-0.03, 0.03)))
            column = int(columns * (0.36 + rng.uniform(-0.03, 0.03)))
            picture[row : row + 2, column : column + 2] = _CALCIUM
    picture += rng.normal(0, 25, shape)
    stored = np.clip(np.rint(picture), 0, 4095).astype(np.uint16)
    return stored if side == "L" else np.ascontiguousarray(stored[:, ::-1])
