"""The corners of the convex hull of each slice of a mask: all that its hull in space can be made of."""

from __future__ import annotations

from scan2train.kernels.compiling import outer


@outer
def slice_hulls(mask, corners):
    """Write the indices (i, j, k) of the corners to ``corners``, and return how many there are.

    ``mask``, ``(k, j, i)`` in C order, is uint8; ``corners`` int64, ``(2 · k · j, 3)`` or longer.
    """
    if corners.shape[0] < 2 * mask.shape[0] * mask.shape[1] or corners.shape[1] != 3:
        raise ValueError("there is no space for the corners")
    done = 0
    for k in range(mask.shape[0]):
        for side in range(2):
            # Of each row the first voxel, then the last; those that lie within the line of their neighbours go.
            begin = done
            for j in range(mask.shape[1]):
                at = -1
                if side == 0:
                    for i in range(mask.shape[2]):
                        if mask[k, j, i]:
                            at = i
                            break
                else:
                    for i in range(mask.shape[2] - 1, -1, -1):
                        if mask[k, j, i]:
                            at = i
                            break
                if at < 0:
                    continue
                while done - begin >= 2:
                    di, dj = (
                        corners[done - 1, 0] - corners[done - 2, 0],
                        corners[done - 1, 1] - corners[done - 2, 1],
                    )
                    turn = dj * (at - corners[done - 2, 0]) - di * (j - corners[done - 2, 1])
                    if (turn > 0) if side == 0 else (turn < 0):
                        break
                    done -= 1
                corners[done, 0], corners[done, 1], corners[done, 2] = at, j, k
                done += 1
    return done
