"""One axis of a resampling: for each target index, which source voxels count, and how much."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scan2train.grid import FloatArray
from scan2train.sampling.method import Interpolation

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Taps:
    """``value[o] = sum over t of weights[o, t] * source[start[o] + t]``, for ``first <= o < last``.

    Targets outside ``first .. last`` lie beyond the source's outer faces: there is no data for them. With ``spline``
    the weights are not of the source but of the coefficients of its interpolating cubic B-spline with natural ends.
    """

    start: IntArray
    weights: FloatArray
    first: int
    last: int
    spline: bool = False


def make_taps(
    size: int, count: int, factor: float, offset: float, interpolation: Interpolation, *, stretch: float = 1.0
) -> Taps:
    """Weights for ``count`` targets at ``factor * o + offset`` in a source of ``size`` voxels.

    ``stretch`` ≥ 1 widens the kernel, so that a coarser target averages what it cannot hold. Beyond the outermost
    centres, up to the outer face half a voxel further, the border voxel's value holds.
    """
    stretch = min(stretch, float(size))  # wider than the source is the mean of all of it
    places = factor * np.arange(count, dtype=np.float64) + offset
    inside = np.flatnonzero((places >= -0.5 - 1e-9) & (places <= size - 0.5 + 1e-9))
    first, last = (int(inside[0]), int(inside[-1]) + 1) if len(inside) else (0, 0)
    places = np.clip(places, 0, size - 1)
    whole = bool((np.abs(places - np.rint(places)) <= 1e-9).all())
    spline = interpolation == "cubic" and stretch == 1.0 and size > 2 and not whole
    if interpolation == "nearest" or (interpolation == "cubic" and stretch == 1.0 and whole):
        start, weights = np.floor(places + 0.5).astype(np.int64), np.ones((count, 1))
    elif interpolation == "linear" or (stretch == 1.0 and not spline):
        start, weights = _sampled_kernel(places, stretch, 1.0, _hat)
    elif stretch > 1.0:
        start, weights = _sampled_kernel(places, stretch, 2.0, _keys)
    else:
        start, weights = _spline(places, size)
    start, weights = _within(start, weights, size)
    return Taps(start, weights / weights.sum(axis=1, keepdims=True), first, last, spline)


def _sampled_kernel(
    places: FloatArray, stretch: float, radius: float, kernel: Callable[[FloatArray], FloatArray]
) -> tuple[IntArray, FloatArray]:
    reach = radius * stretch
    start = np.floor(places - reach).astype(np.int64) + 1
    taps = max(2, math.ceil(2 * reach))
    offset = start[:, None] + np.arange(taps) - places[:, None]
    weights = kernel(np.abs(offset) / stretch)
    weights /= weights.sum(axis=1, keepdims=True)
    if stretch > 1:
        # A widened kernel leans to one side by a little, as its samples fall: put its centre back where it belongs.
        lean = (weights * offset).sum(axis=1, keepdims=True)
        lever = np.maximum(0.0, reach - np.abs(offset)) * offset
        weights -= lever * (lean / (lever * offset).sum(axis=1, keepdims=True))
    return start, weights


def _hat(x: FloatArray) -> FloatArray:
    """The kernel of linear interpolation."""
    return np.maximum(0.0, 1.0 - x)


def _keys(x: FloatArray) -> FloatArray:
    """Keys' cubic convolution kernel, a = -1/2 (Keys 1981, eq. 15)."""
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def _spline(places: FloatArray, size: int) -> tuple[IntArray, FloatArray]:
    """Weights of the four coefficients around each place (Unser 1999).

    Natural ends, c[-1] = 2 c[0] - c[1], go on straight: a linear slope stays one up to the border.
    """
    base = np.minimum(np.floor(places).astype(np.int64), size - 2)
    rest = places - base
    weights = np.stack(
        [
            (1 - rest) ** 3,
            3 * rest**3 - 6 * rest**2 + 4,
            -3 * rest**3 + 3 * rest**2 + 3 * rest + 1,
            rest**3,
        ],
        axis=1,
    )
    low, high = base == 0, base == size - 2
    weights[low, 1] += 2 * weights[low, 0]
    weights[low, 2] -= weights[low, 0]
    weights[low, 0] = 0
    weights[high, 2] += 2 * weights[high, 3]
    weights[high, 1] -= weights[high, 3]
    weights[high, 3] = 0
    return base - 1, weights / 6


def _within(start: IntArray, weights: FloatArray, size: int) -> tuple[IntArray, FloatArray]:
    """The same weights, those beyond the border added to the border voxel's."""
    taps = min(weights.shape[1], size)
    begin = np.clip(start, 0, size - taps)
    index = np.clip(start[:, None] + np.arange(weights.shape[1]), 0, size - 1) - begin[:, None]
    index = np.clip(index, 0, taps - 1)
    folded = np.zeros((len(start), taps))
    np.add.at(folded, (np.arange(len(start))[:, None], index), weights)
    return begin, folded
