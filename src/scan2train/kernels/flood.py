"""Water that rises from markers, level by level, each voxel taken by whom it reaches first."""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import outer


@outer
def flood(levels, highest, owners, reached):
    """Let the markers grow through face neighbours; lower levels first, and the nearer marker first within a level.

    ``levels`` uint8 says how high the water must be for a voxel; above ``highest`` it stays dry. ``owners`` uint8 holds
    the markers, and takes who owns each voxel; ``reached`` uint8 takes the level at which it was.
    """
    nk, nj, ni = levels.shape
    if owners.shape != levels.shape or reached.shape != levels.shape:
        raise ValueError("markers and levels disagree")
    flat, own, when = levels.reshape(-1), owners.reshape(-1), reached.reshape(-1)
    heads = np.full(256, -1, np.int64)
    tails = np.full(256, -1, np.int64)
    after = np.full(flat.size, -1, np.int32)
    for at in range(flat.size):
        if own[at] and flat[at] <= highest:
            level = flat[at]
            when[at] = level
            if heads[level] < 0:
                heads[level] = at
            else:
                after[tails[level]] = at
            tails[level] = at
    for level in range(highest + 1):
        while heads[level] >= 0:
            at = heads[level]
            heads[level] = after[at]
            i = at % ni
            j = (at // ni) % nj
            k = at // (ni * nj)
            for way in range(6):
                if way == 0:
                    if i == 0:
                        continue
                    to = at - 1
                elif way == 1:
                    if i == ni - 1:
                        continue
                    to = at + 1
                elif way == 2:
                    if j == 0:
                        continue
                    to = at - ni
                elif way == 3:
                    if j == nj - 1:
                        continue
                    to = at + ni
                elif way == 4:
                    if k == 0:
                        continue
                    to = at - ni * nj
                else:
                    if k == nk - 1:
                        continue
                    to = at + ni * nj
                if own[to] or flat[to] > highest:
                    continue
                own[to] = own[at]
                then = flat[to]
                if then < level:
                    then = level
                when[to] = then
                if heads[then] < 0:
                    heads[then] = to
                else:
                    after[tails[then]] = to
                tails[then] = to
