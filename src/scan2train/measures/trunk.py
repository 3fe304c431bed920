"""Where the trunk is on a coarse CT along R, A, S, and what it encloses: no table, no clothes, no air around."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scan2train.measures.distances import depth_mm, pieces_of, widened
from scan2train.measures.lattice import LOW_HU
from scan2train.volume import Array, Mask

#: Skin and fat lie above, air, lung, foam and blankets below.
TISSUE_HU = -400.0
#: Tables and blankets are thinner than twice this, trunk and arms are not.
THIN_MM = 4.5
#: Air is darker, and lung is not.
AIR_HU = -955.0
#: Nothing but padding is as dark in one piece of this size; the darkest noise is smaller.
PADDING_ML = 20.0
#: Pieces smaller than this share of the largest are none of the patient.
SMALL_PIECE = 0.05


def solid_body(means: Array, spacing: Sequence[float], thin_mm: float = THIN_MM) -> Mask:
    """Tissue of the patient: what is dense, without shells thinner than twice ``thin_mm``, in large pieces."""
    dense = means > TISSUE_HU
    core = depth_mm(dense, spacing) > thin_mm
    numbers, sizes = pieces_of(core)
    if len(sizes) == 1:
        return np.zeros(means.shape, dtype=np.bool_)
    sizes[0] = 0
    large: Mask = (sizes >= SMALL_PIECE * sizes.max())[numbers]
    return dense & widened(large, thin_mm + max(spacing[0], spacing[1]), spacing)


def padding(means: Array, spacing: Sequence[float]) -> Mask | None:
    """What lies beyond the circle of a scanner, or another end of what was seen; ``None`` where nothing does."""
    low = means <= LOW_HU
    if not low.any():
        return None
    numbers, sizes = pieces_of(low)
    sizes[0] = 0
    large: Mask = (sizes * float(np.prod(spacing)) / 1000 > PADDING_ML)[numbers]
    return large if large.any() else None


def enclosed(body: Mask, means: Array | None = None, unseen: Mask | None = None) -> Mask:
    """What has body on its left and right, before and behind it, within its axial slice.

    Where an edge of the picture cuts through the patient, what lies between two places of the cut counts as body. So
    does what begins beside the ``unseen`` with anything denser than air: a circle cuts at all angles.
    """
    within = np.ones(body.shape, dtype=np.bool_)
    for axis in (0, 1):
        along, kept = np.moveaxis(body, axis, 0), np.moveaxis(within, axis, 0)
        for step in (1, -1):
            seen = along[::step]
            edge = seen[0]
            after = np.logical_or.accumulate(edge, axis=0)
            cut = after & np.logical_or.accumulate(edge[::-1], axis=0)[::-1]
            if means is not None and unseen is not None:
                cut |= _begins_dense(
                    np.moveaxis(means, axis, 0)[::step], np.moveaxis(unseen, axis, 0)[::step]
                )
            kept[::step] &= np.logical_or.accumulate(seen, axis=0) | cut
    if unseen is not None:
        within &= ~unseen
    return within


def _begins_dense(means: Array, unseen: Mask) -> Mask:
    """Whether what is first seen along the first axis, beyond blocks that are half unseen, is denser than air."""
    first = unseen.argmin(axis=0)
    inner = np.minimum(first + 2, len(means) - 1)
    made: Mask = (first > 0) & (np.take_along_axis(means, inner[None], axis=0)[0] > AIR_HU)
    return made
