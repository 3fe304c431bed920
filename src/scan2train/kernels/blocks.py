"""Means over blocks of voxels, and labels of blocks painted back onto voxels."""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import outer


@outer
def block_means(source, real, masked, steps, leads, first, low, high, out):
    """Mean of the values of each block, held within ``low`` and ``high``; what is not real counts as ``low``.

    Block ``m`` of an axis holds ``steps`` voxels up to ``leads + m × steps``: the first one may lack some, and so may
    the last. ``out`` is the box of blocks that begins at ``first``.
    """
    nk, nj, ni = source.shape
    if masked and real.shape != source.shape:
        raise ValueError("mask and image disagree")
    for a in range(out.shape[0]):
        k0 = max(leads[0] + (a + first[0] - 1) * steps[0], 0)
        k1 = min(leads[0] + (a + first[0]) * steps[0], nk)
        for b in range(out.shape[1]):
            j0 = max(leads[1] + (b + first[1] - 1) * steps[1], 0)
            j1 = min(leads[1] + (b + first[1]) * steps[1], nj)
            for c in range(out.shape[2]):
                i0 = max(leads[2] + (c + first[2] - 1) * steps[2], 0)
                i1 = min(leads[2] + (c + first[2]) * steps[2], ni)
                total = 0.0
                for k in range(k0, k1):
                    for j in range(j0, j1):
                        for i in range(i0, i1):
                            value = float(source[k, j, i])
                            if masked and not real[k, j, i]:
                                value = low
                            if not value > low:  # no number is low, too
                                value = low
                            if value > high:
                                value = high
                            total += value
                out[a, b, c] = total / max((k1 - k0) * (j1 - j0) * (i1 - i0), 1)


@outer
def paint_blocks(
    source, real, masked, steps, leads, classes, depth, kept, limit, dark, deep, out, counts, sums
):
    """Give each voxel the class of the blocks around it, where it is dark (or bright), or deep.

    The classes of the eight blocks around a voxel vote, with the weights of linear interpolation; it takes the class
    that wins if that is among the first ``kept`` and its value is less than ``limit`` (not ``dark``: at least that),
    or the interpolated ``depth`` at least ``deep``. All weights are whole numbers, so that a mirrored image gives the
    mirrored labels. What is not real, or no number, takes none.

    ``counts`` and ``sums`` ``(classes, 2)`` take, for each class, how many voxels there are and how many below −950,
    and the sum of the values.
    """
    nk, nj, ni = source.shape
    mk, mj, mi = classes.shape
    if out.shape != source.shape or depth.shape != classes.shape:
        raise ValueError("labels and image disagree")
    span_k, span_j, span_i = 2 * steps[0], 2 * steps[1], 2 * steps[2]
    lowest = np.empty(mi, np.uint8)
    highest = np.empty(mi, np.uint8)
    row = np.empty(mi, np.int64)
    votes = np.zeros(8, np.int64)
    whole = span_k * span_j
    for k in range(nk):
        at = 2 * k + 1 + 2 * (steps[0] - leads[0]) - steps[0]
        k0 = at // span_k
        wk = at - k0 * span_k
        ka, kb = max(k0, 0), min(k0 + 1, mk - 1)
        for j in range(nj):
            at = 2 * j + 1 + 2 * (steps[1] - leads[1]) - steps[1]
            j0 = at // span_j
            wj = at - j0 * span_j
            ja, jb = max(j0, 0), min(j0 + 1, mj - 1)
            some = False
            for i in range(mi):
                a, b = classes[ka, ja, i], classes[ka, jb, i]
                c, d = classes[kb, ja, i], classes[kb, jb, i]
                lowest[i] = min(a, b, c, d)
                highest[i] = max(a, b, c, d)
                if highest[i] == 0:
                    continue
                some = True
                row[i] = (span_k - wk) * ((span_j - wj) * depth[ka, ja, i] + wj * depth[ka, jb, i]) + wk * (
                    (span_j - wj) * depth[kb, ja, i] + wj * depth[kb, jb, i]
                )
            if not some:
                continue
            for i in range(ni):
                at = 2 * i + 1 + 2 * (steps[2] - leads[2]) - steps[2]
                i0 = at // span_i
                wi = at - i0 * span_i
                ia, ib = max(i0, 0), min(i0 + 1, mi - 1)
                top = max(highest[ia], highest[ib])
                if top == 0:
                    continue
                if masked and not real[k, j, i]:
                    continue
                bottom = min(lowest[ia], lowest[ib])
                winner = top
                if bottom != top:
                    votes[:] = 0
                    for ii in range(2):
                        i_at = ib if ii else ia
                        w1 = wi if ii else span_i - wi
                        for jj in range(2):
                            j_at = jb if jj else ja
                            w2 = w1 * (wj if jj else span_j - wj)
                            for kk in range(2):
                                k_at = kb if kk else ka
                                votes[classes[k_at, j_at, i_at]] += w2 * (wk if kk else span_k - wk)
                    winner = 0
                    for one in range(8):
                        if votes[one] > votes[winner]:
                            winner = one
                if winner == 0 or winner > kept:
                    continue
                value = source[k, j, i]
                if np.isnan(value):
                    continue
                if (value < limit) != dark:
                    reached = 0
                    if highest[ia]:
                        reached += (span_i - wi) * row[ia]
                    if highest[ib]:
                        reached += wi * row[ib]
                    if reached < deep * whole * span_i:
                        continue
                out[k, j, i] = winner
                counts[winner, 0] += 1
                sums[winner] += value
                if value < -950:
                    counts[winner, 1] += 1
