"""Gas that is no lung: of stomach and bowel, also where thin walls and thick slices let it run into a lung."""

from __future__ import annotations

import numpy as np

from scan2train.kernels.flood import flood
from scan2train.measures.distances import box_around, depth_mm, pieces_of, widened_by_one
from scan2train.volume import Array, Mask

#: Gas of bowel and stomach is as dark as this in the median, lung with emphysema is not. The smaller a bubble, the more
#: of it is wall: below so many ml, the darkest so many percent need be as dark.
GAS_HU, BUBBLES = -962.0, ((150.0, 20), (30.0, 10))
#: Gas is looked at where it is this deep, mm: between the blebs of emphysema it is not.
_DEEP_MM, _LEAST_ML = 4.0, 3.0
#: So far from all gas air is lung for sure, mm: nearer it may be gas that is half wall.
_APART_MM = 4.0
#: A bubble that touches air darker than this over more than so much of its surface has no wall: it is a bulla, or air
#: around the lung.
_OPEN_HU, _OPEN_SHARE = -750.0, 0.1
_MOSTLY = 0.9
_LEVELS = 120
_LUNG, _GAS = 1, 2


def is_gas(values: Array, size_ml: float) -> bool:
    """Whether a piece of air with these values is gas throughout."""
    if float(np.median(values)) < GAS_HU:
        return True
    return any(size_ml < size and float(np.percentile(values, part)) < GAS_HU for size, part in BUBBLES)


def gas_at_lung(means: Array, air: Mask, spacing: tuple[float, float, float], below: float) -> Mask:
    """Gas that hangs together with lung, and has a wall towards it all the same: the wall has holes, or is blurred."""
    from scipy.ndimage import find_objects

    apart = np.zeros(air.shape, dtype=np.bool_)
    gas = air & (means < GAS_HU)
    least = _LEAST_ML * 1000 / float(np.prod(spacing))
    if np.count_nonzero(gas) < least:
        return apart
    box = box_around(gas, (1, 1, 1))
    deep = np.zeros(air.shape, dtype=np.bool_)
    deep[box] = depth_mm(gas[box], spacing) > _DEEP_MM
    if np.count_nonzero(deep) < least:
        return apart
    numbers, sizes = pieces_of(air)
    of_gas, inner = (np.bincount(numbers[one], minlength=len(sizes)) for one in (gas, deep))
    for number, place in enumerate(find_objects(numbers), start=1):
        # What is gas for the most part needs no parting.
        if inner[number] >= least and of_gas[number] < _MOSTLY * sizes[number]:
            mine = numbers[place] == number
            apart[place] |= _walled(means[place], mine, gas[place] & mine, deep[place] & mine, spacing, below)
    return apart


def _walled(
    means: Array, mine: Mask, gas: Mask, deep: Mask, spacing: tuple[float, float, float], below: float
) -> Mask:
    """The part of a piece of air that is gas behind a wall: water from gas and lung meets where it is brightest."""
    lung, sizes = pieces_of(mine & ~widened_by_one(gas, spacing, _APART_MM))
    sizes[0] = 0
    large = (sizes >= _LEAST_ML * 1000 / float(np.prod(spacing)))[lung]
    if not large.any():
        return np.zeros_like(mine)
    owners = np.where(deep, _GAS, np.where(large, _LUNG, 0)).astype(np.uint8)
    levels = np.clip((means + 1024.0) * (_LEVELS / (below + 1024.0)), 0, _LEVELS).astype(np.uint8)
    levels[~mine] = 255
    flood(levels, _LEVELS, owners, np.zeros(mine.shape, dtype=np.uint8))
    return _closed(owners, means)


def _closed(owners: Array, means: Array) -> Mask:
    """Pieces of gas whose surface is wall, but for a few holes."""
    numbers, sizes = pieces_of(owners == _GAS)
    surface, opened = np.zeros(len(sizes)), np.zeros(len(sizes))
    dark = means < _OPEN_HU
    for axis in range(3):
        number, owner, seen = (np.moveaxis(one, axis, 0) for one in (numbers, owners, dark))
        for here, there in ((slice(None, -1), slice(1, None)), (slice(1, None), slice(None, -1))):
            face = (number[here] > 0) & (owner[there] != _GAS)
            surface += np.bincount(number[here][face], minlength=len(sizes))
            face &= (owner[there] == _LUNG) & seen[here] & seen[there]
            opened += np.bincount(number[here][face], minlength=len(sizes))
    walled = opened <= _OPEN_SHARE * surface
    walled[0] = False
    made: Mask = walled[numbers]
    return made
