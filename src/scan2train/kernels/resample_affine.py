"""Resampling along any affine map: for grids that are turned or sheared against one another.

All arrays are ``(k, j, i)`` in C order. ``matrix`` (3×4) takes ``(i, j, k, 1)`` of the output to ``(i, j, k)`` of the
source.
"""

from __future__ import annotations

import math

from scan2train.kernels.compiling import inlined, outer


@inlined
def blend(source, valid, masked, x, y, z):
    """Sum of weight times value, and of weights, of the real voxels around a place within the source's faces.

    ``valid`` counts only where ``masked``. Beyond the outermost centres the border's values hold.
    """
    nk, nj, ni = source.shape
    x, y, z = min(max(x, 0.0), ni - 1.0), min(max(y, 0.0), nj - 1.0), min(max(z, 0.0), nk - 1.0)
    i, j, k = int(x), int(y), int(z)
    total, weight = 0.0, 0.0
    for dk in range(2):
        wk = z - k if dk else 1 - (z - k)
        if wk == 0:
            continue
        for dj in range(2):
            wj = wk * (y - j if dj else 1 - (y - j))
            if wj == 0:
                continue
            for di in range(2):
                w = wj * (x - i if di else 1 - (x - i))
                if w == 0 or (masked and not valid[k + dk, j + dj, i + di]):
                    continue
                total += w * source[k + dk, j + dj, i + di]
                weight += w
    return total, weight


@outer
def resample_affine(source, valid, masked, matrix, nearest, change, fill, out, out_valid):
    """Linear, or nearest, interpolation; ``fill`` and not valid beyond the source's outer faces.

    ``valid`` counts only where ``masked``. Weights of voxels that are not valid go to the others (normalised
    convolution); a target is real where at least half of its weight falls on real voxels.
    """
    nk, nj, ni = source.shape
    if (masked and valid.shape != source.shape) or out_valid.shape != out.shape:
        raise ValueError("mask and image disagree")
    scale, shift, low, high = change[0], change[1], change[2], change[3]
    m = matrix
    for ko in range(out.shape[0]):
        for jo in range(out.shape[1]):
            for io in range(out.shape[2]):
                x = m[0, 0] * io + m[0, 1] * jo + m[0, 2] * ko + m[0, 3]
                y = m[1, 0] * io + m[1, 1] * jo + m[1, 2] * ko + m[1, 3]
                z = m[2, 0] * io + m[2, 1] * jo + m[2, 2] * ko + m[2, 3]
                out[ko, jo, io] = fill
                out_valid[ko, jo, io] = False
                if not (-0.5 <= x <= ni - 0.5 and -0.5 <= y <= nj - 0.5 and -0.5 <= z <= nk - 0.5):
                    continue
                if nearest:
                    x, y, z = math.floor(x + 0.5), math.floor(y + 0.5), math.floor(z + 0.5)
                total, weight = blend(source, valid, masked, x, y, z)
                if weight >= 0.5:
                    out[ko, jo, io] = min(max(scale * (total / weight) + shift, low), high)
                    out_valid[ko, jo, io] = True
