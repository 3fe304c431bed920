"""Where the voxels of each class lie, in one pass over all."""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import outer


@outer
def label_places(found, rows, every, at, out):
    """Write the places of every ``every[row]``-th voxel of each class into ``out``, from ``at[row]`` on.

    ``found`` is flat; ``rows[found[n]]`` is the class of voxel ``n``. ``at`` is counted up.
    """
    seen = np.zeros(every.shape[0], np.int64)
    for n in range(found.shape[0]):
        row = rows[found[n]]
        if seen[row] % every[row] == 0:
            if at[row] >= out.shape[0]:
                raise ValueError("more voxels than were counted")
            out[at[row]] = n
            at[row] += 1
        seen[row] += 1
