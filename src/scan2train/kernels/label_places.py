"""Where the voxels of each class lie, some of them, in one pass over all."""

from __future__ import annotations

from scan2train.kernels.compiling import outer


@outer
def label_places(slab, rows, begin, seen, every, kept, places):
    """Go on with one slab ``(k, j, i)`` whose first voxel has the flat index ``begin``.

    ``rows[value]`` is the class of a value, below 0 for what does not count. Of class ``row`` every ``every[row]``-th
    voxel is kept; where ``places[row]`` is full, every other one is dropped, and twice as many are passed over from
    then on. So what is kept is spread evenly over all that was ``seen``, and the same however it is cut into slabs.
    """
    most = places.shape[1]
    if rows.shape[0] <= 255 or places.shape[0] > kept.shape[0] or most % 2:
        raise ValueError("tables are too short, or of an odd length")
    at = begin - 1
    for k in range(slab.shape[0]):
        for j in range(slab.shape[1]):
            for i in range(slab.shape[2]):
                at += 1
                row = rows[slab[k, j, i]]
                if row < 0:
                    continue
                if seen[row] % every[row] == 0:
                    if kept[row] == most:
                        for n in range(most // 2):
                            places[row, n] = places[row, 2 * n]
                        kept[row] = most // 2
                        every[row] *= 2
                    if seen[row] % every[row] == 0:
                        places[row, kept[row]] = at
                        kept[row] += 1
                seen[row] += 1
