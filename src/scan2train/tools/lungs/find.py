"""The lungs of one CT, from its values alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.measures.distances import pieces_of, widened_by_one
from scan2train.measures.lattice import Lattice, draw
from scan2train.measures.trunk import enclosed, padding, solid_body
from scan2train.tools.lungs.airways import Airways, find_trachea, grow_airways
from scan2train.tools.lungs.closing import closed
from scan2train.tools.lungs.gas import gas_at_lung
from scan2train.tools.lungs.options import LungOptions
from scan2train.tools.lungs.sides import LEFT, OTHER, RIGHT, tell_sides
from scan2train.volume import Array, Mask, Volume

#: Pieces of bronchi that stick out of a lung, and are smaller than this, stay with it.
_BRONCHUS_MM3 = 1000.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Found:
    """What was found: labels on the scan's voxels, and the masks on the lattice from which they were drawn.

    ``counts`` and ``sums`` are for each label the voxels, those below −950 HU, and the sum of the values; ``middle`` is
    the index along R between the lungs.
    """

    labels: Array
    counts: Array
    sums: Array
    lattice: Lattice
    means: Array
    body: Mask
    within: Mask
    unseen: Mask | None
    classes: Array
    airways: Airways | None
    middle: float
    parted: bool


def find_lungs(volume: Volume, options: LungOptions) -> Found:
    """Find the lungs of a CT in HU; ``labels`` is 1 in the right lung, 2 in the left, uint8 ``(i, j, k)``."""
    lattice = Lattice.of(volume, options.step_mm)
    spacing = lattice.spacing
    means = lattice.means()
    body = solid_body(means, spacing)
    unseen = padding(means, spacing)
    within = enclosed(body, means, unseen)
    air = within & (means < options.below_hu)
    airways, middle = None, _middle(within)
    if options.airways:
        trachea = find_trachea(means, within, spacing)
        if trachea is not None:
            airways = grow_airways(
                lattice, trachea, main_mm=options.main_bronchus_mm / 2, wall_mm=options.wall_mm
            )
            middle = airways.middle
            air &= ~(airways.main | airways.tree)
    gas = gas_at_lung(means, air, spacing, options.below_hu)
    sides = tell_sides(means, air & ~gas, spacing, middle, options.below_hu)
    sides.owners[gas] = OTHER
    classes, depth = _classes(sides.owners, airways, within, options.closing_mm, spacing)
    labels, counts, sums = draw(lattice, classes, depth, kept=LEFT, limit=options.below_hu, dark=True)
    return Found(
        labels=labels,
        counts=counts,
        sums=sums,
        lattice=lattice,
        means=means,
        body=body,
        within=within,
        unseen=unseen,
        classes=classes,
        airways=airways,
        middle=middle,
        parted=sides.parted,
    )


def _middle(within: Mask) -> float:
    columns = np.flatnonzero(within.any(axis=(1, 2)))
    return float(columns[0] + columns[-1]) / 2 if columns.size else within.shape[0] / 2


def _classes(
    owners: Array,
    airways: Airways | None,
    within: Mask,
    radius_mm: float,
    spacing: tuple[float, float, float],
) -> tuple[Array, Array]:
    """Which lung each block belongs to, one block around the air included, and its depth in that lung."""
    classes = np.zeros(owners.shape, dtype=np.uint8)
    depth = np.zeros(owners.shape, dtype=np.float32)
    for side in (RIGHT, LEFT):
        inside = closed(owners == side, radius_mm, spacing)
        inside[~within] = 0
        deeper = inside > depth
        classes[deeper] = side
        depth[deeper] = inside[deeper]
    for side in (RIGHT, LEFT, OTHER):
        classes[owners == side] = side
    other = owners == OTHER
    if airways is not None:
        # Bronchi within a lung belong to it, and so do their ends at its border.
        numbers, sizes = pieces_of((airways.tree & (depth == 0)) | airways.main, 26)
        sizes[0] = 0
        other |= (sizes * np.prod(spacing) > _BRONCHUS_MM3)[numbers]
    classes[other] = OTHER
    depth[other] = 0
    around = np.zeros_like(classes)
    for side in (OTHER, LEFT, RIGHT):
        mine = classes == side
        if mine.any():
            around[widened_by_one(mine, spacing)] = side
    return np.where(classes > 0, classes, around), depth
