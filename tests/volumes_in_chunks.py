"""A volume that chunks of 64 voxels do not divide evenly, for the formats that store such."""

from __future__ import annotations

import numpy as np

from scan2train.grid import Grid
from scan2train.volume import Volume

SHAPE = (70, 65, 9)
AFFINE = np.array([[0.7, 0.1, 0, -5], [-0.1, 0.8, 0.2, 3], [0, -0.2, 2.5, 7.125], [0, 0, 0, 1]])
GRID = Grid(SHAPE, AFFINE)
VALUES = np.arange(np.prod(SHAPE)).reshape(SHAPE)
DTYPES = ["?", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]


def volume(dtype="i2", **more):
    return Volume(array=(VALUES % 251 - 7).astype(dtype), grid=GRID, unit="HU", **more)
