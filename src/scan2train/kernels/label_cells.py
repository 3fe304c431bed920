"""Where each class of a mask lies and how its surface runs, counted in one pass over all of them."""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import outer


@outer
def label_cells(ranks, cells, sums, ends):
    """Count the corners of cells, and sum places, of classes ``1 … n``.

    Parameters
    ----------
    ranks
        ``(k + 2, j + 2, i + 2)``, uint16: classes with one voxel of background all round. A cell lies between eight
        neighbouring voxels; of each class, the corners that it has are the bits of a number, corner (i, j, k) being
        bit i + 2 j + 4 k.
    cells
        ``(n + 1, 256)``, int64: how many cells have these corners; added to.
    sums
        ``(n + 1, 9)``, int64: sums of i, j, k, ii, jj, kk, ij, ik, jk over voxels, counted from 0; added to.
    ends
        ``(n + 1, 6)``, int64: the least i, j, k and the greatest; lowered and raised.
    """
    if cells.shape[0] != sums.shape[0] or cells.shape[0] != ends.shape[0] or cells.shape[1] != 256:
        raise ValueError("tables are of unlike lengths")
    corners = np.empty(8, np.int64)
    for k in range(ranks.shape[0] - 1):
        for j in range(ranks.shape[1] - 1):
            a0, a2, a4, a6 = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
            for i in range(ranks.shape[2] - 1):
                b0, b2 = np.int64(ranks[k, j, i + 1]), np.int64(ranks[k, j + 1, i + 1])
                b4, b6 = np.int64(ranks[k + 1, j, i + 1]), np.int64(ranks[k + 1, j + 1, i + 1])
                if a0 == a2 and a0 == a4 and a0 == a6 and a0 == b0 and a0 == b2 and a0 == b4 and a0 == b6:
                    if a0:
                        cells[a0, 255] += 1
                else:
                    corners[0], corners[1], corners[2], corners[3] = a0, b0, a2, b2
                    corners[4], corners[5], corners[6], corners[7] = a4, b4, a6, b6
                    for n in range(8):
                        own = corners[n]
                        if own == 0:
                            continue
                        code, first = 0, True
                        for m in range(8):
                            if corners[m] == own:
                                if m < n:
                                    first = False
                                code |= 1 << m
                        if first:
                            cells[own, code] += 1
                if a0:
                    # The voxel itself; the background around counts as index -1.
                    x, y, z = i - 1, j - 1, k - 1
                    sums[a0, 0] += x
                    sums[a0, 1] += y
                    sums[a0, 2] += z
                    sums[a0, 3] += x * x
                    sums[a0, 4] += y * y
                    sums[a0, 5] += z * z
                    sums[a0, 6] += x * y
                    sums[a0, 7] += x * z
                    sums[a0, 8] += y * z
                    if x < ends[a0, 0]:
                        ends[a0, 0] = x
                    if y < ends[a0, 1]:
                        ends[a0, 1] = y
                    if z < ends[a0, 2]:
                        ends[a0, 2] = z
                    if x > ends[a0, 3]:
                        ends[a0, 3] = x
                    if y > ends[a0, 4]:
                        ends[a0, 4] = y
                    if z > ends[a0, 5]:
                        ends[a0, 5] = z
                a0, a2, a4, a6 = b0, b2, b4, b6
