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

#: Weights below this share of the whole are left out of a cubic spline's tail: 0.0003 HU at 3000 HU.
_NEGLIGIBLE = 1e-7


@dataclass(frozen=True, slots=True)
class Taps:
    """``value[o] = sum over t of weights[o, t] * source[start[o] + t]``, for ``first <= o < last``.

    Targets outside ``first .. last`` lie beyond the source's outer faces: there is no data for them.
    """

    start: IntArray
    weights: FloatArray
    first: int
    last: int


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
    if interpolation == "nearest":
        start, weights = np.floor(places + 0.5).astype(np.int64), np.ones((count, 1))
    elif interpolation == "linear":
        start, weights = _sampled_kernel(places, stretch, 1.0, _hat)
    elif stretch > 1.0:
        start, weights = _sampled_kernel(places, stretch, 2.0, _keys)
    else:
        start, weights = _spline(places, size)
    start, weights = _within(start, weights, size)
    return Taps(start, weights / weights.sum(axis=1, keepdims=True), first, last)


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
    """Interpolating cubic B-spline with natural ends (Unser 1999), its recursive filter folded into the weights.

    Natural ends, c[-1] = 2 c[0] - c[1], go on straight: a linear slope stays one up to the border.
    """
    if size < 3:
        return _sampled_kernel(places, 1.0, 1.0, _hat)
    # Samples from coefficients: (c[i-1] + 4 c[i] + c[i+1]) / 6, and c[0] itself at a natural end. The weights solve
    # the transposed system, whose columns 0 and n - 1 those ends are.
    bands = np.full((3, size), 1 / 6)
    bands[1] = 4 / 6
    bands[1, [0, -1]] = 1
    bands[0, -1] = bands[2, 0] = 0
    from_coefficients = np.zeros((size, len(places)))
    columns = np.arange(len(places))
    base = np.floor(places).astype(np.int64)
    rest = places - base
    pieces = (
        (1 - rest) ** 3,
        3 * rest**3 - 6 * rest**2 + 4,
        -3 * rest**3 + 3 * rest**2 + 3 * rest + 1,
        rest**3,
    )
    for step, piece in enumerate(pieces, start=-1):
        for index, share in _continued(base + step, size):
            np.add.at(from_coefficients, (index, columns), share * piece / 6)
    from scipy.linalg import solve_banded

    full = solve_banded((1, 1), bands, from_coefficients).T
    reach = min(math.ceil(math.log(_NEGLIGIBLE) / math.log(2 - math.sqrt(3))) + 2, size)
    start = np.clip(base - reach + 1, 0, max(size - 2 * reach, 0))
    window = start[:, None] + np.arange(min(2 * reach, size))
    return start, np.take_along_axis(full, window, axis=1)


def _continued(index: IntArray, size: int) -> tuple[tuple[IntArray, FloatArray], ...]:
    """Coefficients that stand for those at ``index``, one beyond the ends included, each with its share."""
    low, high = index < 0, index > size - 1
    inner = np.clip(index, 0, size - 1)
    neighbour = np.where(low, 1, np.where(high, size - 2, 0))
    beyond = low | high
    return (inner, np.where(beyond, 2.0, 1.0)), (neighbour, np.where(beyond, -1.0, 0.0))


def _within(start: IntArray, weights: FloatArray, size: int) -> tuple[IntArray, FloatArray]:
    """The same weights, those beyond the border added to the border voxel's."""
    taps = min(weights.shape[1], size)
    begin = np.clip(start, 0, size - taps)
    index = np.clip(start[:, None] + np.arange(weights.shape[1]), 0, size - 1) - begin[:, None]
    index = np.clip(index, 0, taps - 1)
    folded = np.zeros((len(start), taps))
    np.add.at(folded, (np.arange(len(start))[:, None], index), weights)
    return begin, folded
