"""Holes of a mask: what is shut in by it on all sides, in three dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scan2train.volume import Mask

#: How what is not the mask hangs together, by how the mask does: a wall of voxels that touch at corners shuts in what
#: goes through faces, and one of voxels that share faces shuts in only what finds no way past its edges and corners.
_AROUND: Mapping[int, Any] = {6: 26, 18: 6, 26: 6}


def enclosed_holes(mask: Mask, connectivity: int) -> Mask:
    """Where an ``(i, j, k)`` mask shuts something in; what reaches the border of the array is none of its holes.

    Parameters
    ----------
    mask
        The mask, perhaps cut to its own box.
    connectivity
        By what its voxels hang together: 6 (faces), 18 (edges too) or 26 (corners too).
    """
    import cc3d

    around = np.pad(~mask, 1, constant_values=True)
    pieces = cc3d.connected_components(around.view(np.uint8), connectivity=_AROUND[connectivity])
    inner = pieces[1:-1, 1:-1, 1:-1]
    holes: Mask = (inner != pieces[0, 0, 0]) & (inner != 0)
    return holes
