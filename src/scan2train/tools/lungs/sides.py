"""Which air is the right lung, which the left, and which is gas; lungs that touch are parted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.kernels.flood import flood
from scan2train.measures.distances import depth_mm, pieces_of
from scan2train.volume import Array, Mask

RIGHT, LEFT, OTHER = 1, 2, 3
#: Gas of bowel and stomach is as dark as this in the median, lung with emphysema is not. The smaller a bubble, the more
#: of it is wall: below so many ml, the darkest so many percent need be as dark.
GAS_HU, BUBBLES = -962.0, ((150.0, 20), (30.0, 10))
#: Pieces below this are nothing by themselves; they follow what they hang on to.
PIECE_ML = 3.0
#: Of one lung's pieces, those that are smaller than this share of the largest are left out.
SMALL_SHARE = 0.04
#: A piece that has this share of its voxels on either side is both lungs, until it is parted.
BOTH_SHARE = 0.12
#: By how much lungs are worn off until they part, mm.
WEAR_MM = (0.0, 2.6, 4.0, 6.0, 8.0, 10.0, 13.0, 16.0, 20.0)
#: Levels of the water that finds the border between two lungs.
_LEVELS = 120


@dataclass(frozen=True, eq=False, kw_only=True)
class Sides:
    """Owners along R, A, S: 1 right lung, 2 left lung, 3 other air; ``parted`` is false where lungs would not part."""

    owners: Array
    parted: bool


def tell_sides(
    means: Array, air: Mask, spacing: tuple[float, float, float], middle: float, below: float
) -> Sides:
    """Give each voxel of ``air`` its owner; ``middle`` is the index along R between the lungs."""
    ml = float(np.prod(spacing)) / 1000
    owners = np.zeros(air.shape, dtype=np.uint8)
    numbers, sizes = pieces_of(air)
    parted = True
    from scipy.ndimage import find_objects

    for number, place in enumerate(find_objects(numbers), start=1):
        if sizes[number] * ml < PIECE_ML:
            owners[place][numbers[place] == number] = OTHER
            continue
        mine = numbers[place] == number
        markers, fine = _markers(means[place], mine, spacing, middle - place[0].start, ml)
        parted &= fine
        owners[place][mine] = _grown(means[place], mine, markers, below)[mine]
    return Sides(owners=_main_pieces(owners, ml), parted=parted)


def _markers(
    means: Array, mine: Mask, spacing: tuple[float, float, float], middle: float, ml: float
) -> tuple[Array, bool]:
    """Owners of the pieces into which one piece falls as it is worn off, and whether they fell apart."""
    markers = np.zeros(mine.shape, dtype=np.uint8)
    left, parted, depth = mine, True, None
    for wear in WEAR_MM:
        if wear > 0:
            depth = depth_mm(mine, spacing) if depth is None else depth
            left = left & (depth > wear)
        numbers, sizes = pieces_of(left)
        again = np.zeros(len(sizes), dtype=np.bool_)
        for number in np.flatnonzero(sizes * ml >= PIECE_ML):
            if number == 0:
                continue
            where = np.nonzero(numbers == number)
            right = float(np.mean(where[0] > middle))
            both = BOTH_SHARE < right < 1 - BOTH_SHARE
            if both and wear < WEAR_MM[-1]:
                again[number] = True
                continue
            parted &= not both
            gas = _is_gas(means[where], float(sizes[number]) * ml)
            markers[where] = OTHER if gas else RIGHT if right > 0.5 else LEFT
        if not again.any():
            break
        left = again[numbers]
    return markers, parted


def _is_gas(values: Array, size_ml: float) -> bool:
    if float(np.median(values)) < GAS_HU:
        return True
    return any(size_ml < size and float(np.percentile(values, part)) < GAS_HU for size, part in BUBBLES)


def _grown(means: Array, mine: Mask, markers: Array, below: float) -> Array:
    """The markers grown over the whole piece, the darkest way first: they meet where it is brightest."""
    there = np.unique(markers[markers > 0])
    if there.size < 2:
        return np.full(mine.shape, there[0] if there.size else OTHER, dtype=np.uint8)
    levels = np.clip((means + 1024.0) * (_LEVELS / (below + 1024.0)), 0, _LEVELS).astype(np.uint8)
    levels[~mine] = 255
    owners = markers.copy()
    flood(levels, _LEVELS, owners, np.zeros(mine.shape, dtype=np.uint8))
    return owners


def _main_pieces(owners: Array, ml: float) -> Array:
    """Of each lung the largest piece, and what is not small beside it; the rest is other air."""
    for side in (RIGHT, LEFT):
        numbers, sizes = pieces_of(owners == side)
        sizes[0] = 0
        small = (sizes < max(SMALL_SHARE * sizes.max(), PIECE_ML / ml)) & (sizes > 0)
        owners[small[numbers]] = OTHER
    return owners
