"""Where the trunk is on a coarse CT along R, A, S, and what it encloses: no table, no clothes, no air around."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scan2train.measures.distances import depth_mm, pieces_of, widened
from scan2train.volume import Array, Mask

#: Skin and fat lie above, air, lung, foam and blankets below.
TISSUE_HU = -400.0
#: Tables and blankets are thinner than twice this, trunk and arms are not.
THIN_MM = 4.5
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


def enclosed(body: Mask) -> Mask:
    """What has body on its left and right, before and behind it, within its axial slice.

    Where an edge of the picture cuts through the patient, what lies between two places of the cut counts as body.
    """
    within = np.ones(body.shape, dtype=np.bool_)
    for axis in (0, 1):
        along, kept = np.moveaxis(body, axis, 0), np.moveaxis(within, axis, 0)
        for step in (1, -1):
            seen = along[::step].copy()
            edge = seen[0]
            after = np.logical_or.accumulate(edge, axis=0)
            seen[0] = after & np.logical_or.accumulate(edge[::-1], axis=0)[::-1]
            kept[::step] &= np.logical_or.accumulate(seen, axis=0)
    return within
