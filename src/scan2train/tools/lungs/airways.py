"""Trachea and main bronchi: found from above, grown until they would burst into the lungs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.kernels.flood import flood
from scan2train.measures.distances import box_around, depth_mm, pieces_of, widened, widened_by_one
from scan2train.measures.lattice import Lattice
from scan2train.volume import Array, Mask

#: A cross-section of the trachea, mm²: of a child's to that of a wide one; and its longest side, mm.
SECTION_MM2, SECTION_MM = (25.0, 900.0), 40.0
#: It runs this far at least, and no farther than this from the middle of the body unless the picture cuts its sides; of
#: several runs the longest is taken, less so much of its way from there.
LENGTH_MM, ASIDE_MM, ASIDE_WEIGHT = 18.0, 45.0, 0.4
#: Air within it, after averaging.
LUMEN_HU = -880.0
#: And what surrounds it, its blurred edge included.
TISSUE_HU = -450.0
#: The tree is grown from the first threshold to the last by this step, HU.
LEVELS_HU = (-970.0, -700.0, 15.0)
#: It bursts where a step of the threshold makes it this much larger, and this many ml; or larger than any tree.
BURST, BURST_ML, LARGEST_ML = 1.5, 12.0, 160.0
#: How far the bronchi are followed to the sides, to front and back, and down from the trachea's lower end, mm.
REACH_MM = (70.0, 60.0, 80.0)
#: Blocks on which the tree is grown.
STEP_MM = 1.6


@dataclass(frozen=True, eq=False, kw_only=True)
class Airways:
    """Masks along R, A, S on the lattice.

    ``main`` is trachea and main bronchi with their walls, ``tree`` the lumen as far as it could be followed; ``middle``
    the index along R of the trachea; ``grown`` says whether the bronchi could be told from the lungs at all.
    """

    main: Mask
    tree: Mask
    middle: float
    grown: bool


def find_trachea(means: Array, within: Mask, spacing: tuple[float, float, float]) -> Mask | None:
    """The longest run of roundish dark sections amid tissue that reaches above the middle of the lungs, or ``None``."""
    from scipy import ndimage

    columns = np.flatnonzero(within.any(axis=(1, 2)))
    lung = within & (means > -950) & (means < -650)
    heights = lung.sum(axis=(0, 1))
    if columns.size == 0 or not heights.any():
        return None
    middle = (columns[0] + columns[-1]) / 2
    dark = (means < LUMEN_HU) & within
    flat = np.zeros((3, 3, 3), dtype=np.bool_)
    flat[1, :, 1] = flat[:, 1, 1] = True
    numbers, count = ndimage.label(dark, structure=flat)
    sizes = np.bincount(numbers.ravel(), minlength=count + 1) * spacing[0] * spacing[1]
    fit = (sizes >= SECTION_MM2[0]) & (sizes <= SECTION_MM2[1])
    fit[0] = False
    for number, place in enumerate(ndimage.find_objects(numbers), start=1):
        if not fit[number]:
            continue
        width = (place[0].stop - place[0].start) * spacing[0]
        depth = (place[1].stop - place[1].start) * spacing[1]
        slim = max(width, depth) <= min(3 * min(width, depth), SECTION_MM)
        fit[number] = slim and _in_tissue(means, numbers, number, place)
    runs, _ = pieces_of(fit[numbers], 26)
    lungs_at = float(np.average(np.arange(heights.size), weights=heights))
    whole = float(within[[0, -1]].any(axis=(0, 1)).mean()) < 0.5
    best, most = 0, 0.0
    for number, place in enumerate(ndimage.find_objects(runs), start=1):
        length = (place[2].stop - place[2].start) * spacing[2]
        aside = abs((place[0].stop + place[0].start - 1) / 2 - middle) * spacing[0]
        score = length - ASIDE_WEIGHT * aside
        if length < LENGTH_MM or place[2].stop <= lungs_at or (whole and aside > ASIDE_MM):
            continue
        if not best or score > most:
            best, most = number, score
    return runs == best if best else None


def _in_tissue(means: Array, numbers: Array, number: int, place: tuple[slice, ...]) -> bool:
    """Whether tissue, and not lung, lies around a section."""
    wide = tuple(slice(max(part.start - 3, 0), part.stop + 3) for part in place[:2])
    around = (*wide, place[2].start)
    return float(means[around][numbers[around] != number].mean()) > TISSUE_HU


def grow_airways(lattice: Lattice, trachea: Mask, *, main_mm: float, wall_mm: float) -> Airways:
    """Grow the trachea into the bronchi on finer blocks; what is wider than twice ``main_mm`` is main."""
    from scipy import ndimage

    fine = Lattice.like(lattice, STEP_MM)
    ratio = [one / other for one, other in zip(lattice.spacing, fine.spacing, strict=True)]
    box = _box(lattice, fine, trachea)
    values = ndimage.uniform_filter(fine.means(box), size=[3 if one < 2.5 else 1 for one in fine.spacing])
    seed = _onto(trachea, box, ratio) & (values < LUMEN_HU)
    tree, grown = _tree(values, seed, float(np.prod(fine.spacing)) / 1000)
    main = widened(depth_mm(tree, fine.spacing) > main_mm, main_mm, fine.spacing) & tree
    if not (main & seed).any():
        main = seed
    pieces, _ = pieces_of(main, 26)
    main = np.isin(pieces, np.setdiff1d(pieces[seed], 0))
    # One block more is half lumen.
    return Airways(
        main=_back(widened_by_one(main, fine.spacing, wall_mm), box, lattice.shape, ratio),
        tree=_back(widened_by_one(tree, fine.spacing), box, lattice.shape, ratio),
        middle=float(np.median(np.nonzero(trachea)[0])),
        grown=grown,
    )


def _tree(values: Array, seed: Mask, voxel_ml: float) -> tuple[Mask, bool]:
    """What is connected to the seed below the highest threshold at which it does not burst."""
    low, high, step = LEVELS_HU
    count = round((high - low) / step) + 1
    levels = np.clip(np.ceil((values - low) / step), 0, count).astype(np.uint8)
    levels[seed] = 0
    owners, reached = seed.astype(np.uint8), np.full(seed.shape, 255, dtype=np.uint8)
    flood(levels, count - 1, owners, reached)
    volumes = np.cumsum(np.bincount(reached.ravel(), minlength=256))[:count] * voxel_ml
    last = -1
    for level, volume in enumerate(volumes):
        burst = last >= 0 and volume > BURST * volumes[last] and volume > volumes[last] + BURST_ML
        if burst or volume > LARGEST_ML:
            break
        last = level
    return (reached <= last if last >= 0 else seed), last >= 0


def _box(lattice: Lattice, fine: Lattice, trachea: Mask) -> tuple[slice, slice, slice]:
    parts = []
    for axis, (place, reach) in enumerate(zip(box_around(trachea), REACH_MM, strict=True)):
        middle = (place.start + place.stop) / 2 * lattice.spacing[axis]
        low = place.start * lattice.spacing[axis] - reach if axis == 2 else middle - reach
        high = place.stop * lattice.spacing[axis] if axis == 2 else middle + reach
        first = max(int(low / fine.spacing[axis]), 0)
        parts.append(slice(first, min(max(int(high / fine.spacing[axis]) + 1, first + 1), fine.shape[axis])))
    return parts[0], parts[1], parts[2]


def _onto(mask: Mask, box: tuple[slice, slice, slice], ratio: list[float]) -> Mask:
    """A mask of the lattice on a box of finer blocks."""
    at = [
        np.minimum(((np.arange(part.start, part.stop) + 0.5) / one).astype(int), size - 1)
        for part, one, size in zip(box, ratio, mask.shape, strict=True)
    ]
    return mask[np.ix_(*at)]


def _back(mask: Mask, box: tuple[slice, slice, slice], shape: tuple[int, ...], ratio: list[float]) -> Mask:
    """A mask of a box of finer blocks on the lattice: by the middles of its blocks."""
    made = np.zeros(shape, dtype=np.bool_)
    at, parts = [], []
    for size, part, one in zip(shape, box, ratio, strict=True):
        index = np.floor((np.arange(size) + 0.5) * one).astype(int) - part.start
        inside = np.flatnonzero((index >= 0) & (index < part.stop - part.start))
        at.append(index[inside])
        parts.append(slice(int(inside[0]), int(inside[-1]) + 1))
    made[parts[0], parts[1], parts[2]] = mask[np.ix_(*at)]
    return made
