"""Volumes whose values are a known function of the place, so that a test can tell what must be where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scan2train.testing.phantoms.canvas import world_axes
from scan2train.volume import Volume

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from scan2train.grid import FloatArray, Grid


def analytic(
    grid: Grid,
    function: Callable[[FloatArray, FloatArray, FloatArray], npt.ArrayLike],
    *,
    dtype: npt.DTypeLike = np.float64,
    unit: str = "a.u.",
) -> Volume:
    """A volume that holds ``function(x, y, z)`` at each voxel's centre.

    ``x``, ``y``, ``z`` are RAS+ mm and broadcast to the grid; values are rounded where ``dtype`` is an integer type.
    """
    every = (slice(0, grid.shape[0]), slice(0, grid.shape[1]), slice(0, grid.shape[2]))
    x, y, z = (axis.T for axis in world_axes(grid, every, np.float64))
    values = np.broadcast_to(np.asarray(function(x, y, z)), grid.shape)
    whole = np.dtype(dtype).kind in "iub"
    return Volume(array=np.asarray(np.rint(values) if whole else values, dtype=dtype), grid=grid, unit=unit)


def position_encoding(
    grid: Grid,
    weights: tuple[float, float, float] = (1.0, 1e3, 1e6),
    *,
    offset: float = 0.0,
    dtype: npt.DTypeLike = np.float64,
) -> Volume:
    """A volume whose value is linear in the place: ``weights · (x, y, z) + offset``, in RAS+ mm.

    Trilinear interpolation reproduces it exactly, so that after any reorientation, crop or resampling the value of
    a voxel must still tell where it is.
    """
    a, b, c = weights
    return analytic(grid, lambda x, y, z: a * x + b * y + c * z + offset, dtype=dtype, unit="mm")
