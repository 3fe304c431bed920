"""Where the voxels of each class lie, some of them, so that one can be drawn without looking at all."""

from __future__ import annotations

import numpy as np

from scan2train.volume import Array

#: As many voxels of a class are kept at most: as nnU-Net does.
MOST = 10_000


def label_places(array: Array, most: int = MOST) -> dict[int, Array]:
    """For each value of an ``(i, j, k)`` array, in rising order: indices into it, i growing fastest.

    Of a value that has more than ``most`` voxels every n-th is kept, so that they are spread over all of it.
    """
    from scan2train.kernels.label_places import label_places as places_of

    flat: Array = np.ascontiguousarray(array.T).reshape(-1)
    if flat.dtype.itemsize == 1 and flat.dtype.kind in "ub":
        counts = np.bincount(flat.view(np.uint8), minlength=256)
        values = np.flatnonzero(counts)
        rows = np.zeros(256, np.int64)
        rows[values] = np.arange(len(values))
        found: Array = flat.view(np.uint8)
        counts = counts[values]
    else:
        values, found, counts = np.unique(flat, return_inverse=True, return_counts=True)
        rows = np.arange(len(values))
        found = found.reshape(-1)
    every = -(-counts // most)
    kept = -(-counts // every)
    ends = np.concatenate([[0], np.cumsum(kept)])
    out = np.empty(ends[-1], np.int64)
    places_of(found, rows, every, ends[:-1].copy(), out)
    return {int(value): out[ends[n] : ends[n + 1]] for n, value in enumerate(values)}
