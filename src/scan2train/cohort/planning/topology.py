"""Which axes a network halves at each level, and along which its kernels see their neighbours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: No feature map gets shorter than this along an axis that is halved.
LEAST_EDGE = 4
#: Axes whose spacings are within this factor are treated alike.
ALIKE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """The levels of a U-Net, from the finest to the coarsest: one entry a level, one number an axis.

    ``strides`` is how much each level shrinks what comes into it, ``kernels`` its convolutions' size, ``patch`` the
    size that was asked for, made divisible by ``divisor``.
    """

    strides: tuple[tuple[int, ...], ...]
    kernels: tuple[tuple[int, ...], ...]
    patch: tuple[int, ...]
    divisor: tuple[int, ...]


def topology(spacing: Sequence[float], size: Sequence[float]) -> Topology:
    """Levels for a patch of ``size`` voxels of ``spacing`` mm, by nnU-Net's rule (``get_pool_and_conv_props``).

    An axis is halved while its spacing is within a factor of two of the finest and at least twice :data:`LEAST_EDGE`
    voxels are left (three times, where it would be halved alone). Its kernel is 1 until its spacing is within a factor
    of two of the finest, and 3 from then on, so that a thick axis is not mixed before the others are as coarse. The
    coarsest level has kernels of 3.
    """
    axes = range(len(spacing))
    now_mm, now = [float(mm) for mm in spacing], [float(n) for n in size]
    pools, kernel = [0] * len(axes), [1] * len(axes)
    strides: list[tuple[int, ...]] = [(1,) * len(axes)]
    kernels: list[tuple[int, ...]] = []
    while True:
        long = [axis for axis in axes if now[axis] >= 2 * LEAST_EDGE]
        if not long:
            break
        finest = min(now_mm[axis] for axis in long)
        halved = [axis for axis in long if now_mm[axis] / finest < ALIKE]
        if len(halved) == 1 and now[halved[0]] < 3 * LEAST_EDGE:
            break
        for axis in axes:
            if now_mm[axis] / min(now_mm) < ALIKE:
                kernel[axis] = 3
        for axis in halved:
            pools[axis] += 1
            now_mm[axis] *= 2
            now[axis] = math.ceil(now[axis] / 2)
        strides.append(tuple(2 if axis in halved else 1 for axis in axes))
        kernels.append(tuple(kernel))
    kernels.append((3,) * len(axes))
    divisor = tuple(2**n for n in pools)
    patch = tuple(math.ceil(n / by) * by for n, by in zip(size, divisor, strict=True))
    return Topology(strides=tuple(strides), kernels=tuple(kernels), patch=patch, divisor=divisor)
