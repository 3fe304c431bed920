"""Where the voxels of each class lie, some of them, so that one can be drawn without looking at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from scan2train.volume import Array

#: As many voxels of a class are kept at most; half as many at least where there are so many. nnU-Net keeps 10 000.
MOST = 16_384


def label_places(slabs: Iterable[Array], values: Sequence[int], most: int = MOST) -> dict[int, Array]:
    """For each of ``values`` that is there: flat indices, i growing fastest, spread evenly over all its voxels.

    Parameters
    ----------
    slabs
        ``(i, j, k)`` arrays that follow one another along k.
    values
        The classes. None but these is looked at.
    most
        An even number.
    """
    from scan2train.kernels.label_places import label_places as go_on

    wanted = np.unique(np.asarray(values, np.int64))
    count = len(wanted)
    seen, every, kept = np.zeros(count, np.int64), np.ones(count, np.int64), np.zeros(count, np.int64)
    places = np.empty((count, most), np.int64)
    begin = 0
    for slab in slabs:
        # uint8 values are looked up as they are; others are first replaced by their place among the classes.
        small = slab.dtype.kind in "ub" and slab.dtype.itemsize == 1
        rows = np.full(256 if small else max(256, count + 1), -1, np.int64)
        if small:
            rows[wanted[(wanted >= 0) & (wanted < 256)]] = np.flatnonzero((wanted >= 0) & (wanted < 256))
            stored: Array = slab.view(np.uint8)
        else:
            rows[:count] = np.arange(count)
            found = np.minimum(np.searchsorted(wanted, slab), max(count - 1, 0))
            stored = (
                np.where(wanted[found] == slab, found, count) if count else np.zeros(slab.shape, np.int64)
            )
        go_on(_lying(stored), rows, begin, seen, every, kept, places)
        begin += slab.size
    return {int(value): places[n, : kept[n]].copy() for n, value in enumerate(wanted) if kept[n]}


def _lying(slab: Array) -> Array:
    """``(k, j, i)`` in C order; a few planes at a time, so that what is read and what is written fit the cache."""
    if slab.T.flags.c_contiguous:
        return slab.T
    out = np.empty(slab.shape[::-1], slab.dtype)
    for k in range(0, slab.shape[2], 16):
        out[k : k + 16] = slab[:, :, k : k + 16].T
    return out
