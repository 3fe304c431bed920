"""Which air is the right lung, which the left, and which is gas; lungs that touch are parted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.kernels.flood import flood
from scan2train.measures.distances import depth_mm, pieces_of
from scan2train.tools.lungs.gas import is_gas
from scan2train.volume import Array, Mask

RIGHT, LEFT, OTHER = 1, 2, 3
#: Pieces below this are nothing by themselves; they follow what they hang on to.
PIECE_ML = 3.0
#: Of one lung's pieces, those that are smaller than this share of the largest are left out.
SMALL_SHARE = 0.04
#: Nor is one lung that lies before or behind the largest, by more than this: air between patient and couch; mm. Where
#: those are smaller, the picture shows a part of the lungs, and they tell nothing.
BESIDE_MM, WHOLE_ML = 10.0, 300.0
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
    unparted: list[tuple[int, ...]] = []
    from scipy.ndimage import find_objects

    for number, place in enumerate(find_objects(numbers), start=1):
        if sizes[number] * ml < PIECE_ML:
            owners[place][numbers[place] == number] = OTHER
            continue
        mine = numbers[place] == number
        markers, hanging = _markers(means[place], mine, spacing, middle - place[0].start, ml)
        unparted += [tuple(a + part.start for a, part in zip(at, place, strict=True)) for at in hanging]
        owners[place][mine] = _grown(means[place], mine, markers, below)[mine]
    owners = _main_pieces(owners, spacing)
    return Sides(owners=owners, parted=all(owners[at] == OTHER for at in unparted))


def _markers(
    means: Array, mine: Mask, spacing: tuple[float, float, float], middle: float, ml: float
) -> tuple[Array, list[tuple[int, ...]]]:
    """Owners of the pieces into which one piece falls as it is worn off; and a voxel of each on both sides."""
    markers = np.zeros(mine.shape, dtype=np.uint8)
    hanging: list[tuple[int, ...]] = []
    left, depth = mine, None
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
            gas = is_gas(means[where], float(sizes[number]) * ml)
            if both:
                hanging.append(tuple(int(at[0]) for at in where))
            markers[where] = OTHER if gas else RIGHT if right > 0.5 else LEFT
        if not again.any():
            break
        left = again[numbers]
    return markers, hanging


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


def _main_pieces(owners: Array, spacing: tuple[float, float, float]) -> Array:
    """Of each lung the largest piece, and what is not small beside it; the rest is other air."""
    ml = float(np.prod(spacing)) / 1000
    pieces = {side: pieces_of(owners == side) for side in (RIGHT, LEFT)}
    for _, sizes in pieces.values():
        sizes[0] = 0
    largest = [numbers == sizes.argmax() for numbers, sizes in pieces.values() if sizes.any()]
    rows = np.flatnonzero(sum(one.any(axis=(0, 2)) for one in largest)) if largest else np.zeros(0)
    whole = sum(int(sizes.max()) for _, sizes in pieces.values()) * ml >= WHOLE_ML
    for numbers, sizes in pieces.values():
        none = (sizes < max(SMALL_SHARE * sizes.max(), PIECE_ML / ml)) & (sizes > 0)
        for number in np.flatnonzero((sizes > 0) & ~none) if whole else ():
            row = float(np.median(np.nonzero(numbers == number)[1]))
            none[number] = max(rows[0] - row, row - rows[-1]) * spacing[1] > BESIDE_MM
        owners[none[numbers]] = OTHER
    return owners
