"""Medians of what is real around each voxel."""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import nested, outer


@nested
def _select(values, count, rank):
    """The value of ``rank`` among the first ``count``; smaller ones then lie before it, larger ones after (Hoare)."""
    low, high = 0, count - 1
    while low < high:
        pivot = values[rank]
        a, b = low, high
        while a <= b:
            while values[a] < pivot:
                a += 1
            while pivot < values[b]:
                b -= 1
            if a <= b:
                held = values[a]
                values[a] = values[b]
                values[b] = held
                a += 1
                b -= 1
        if b < rank:
            low = a
        if rank < a:
            high = b
    return values[rank]


@outer
def median(source, real, masked, offsets, out):
    """Over the ``offsets`` ``(n, 3)`` around each voxel; what is not real, or beyond the faces, does not count.

    Of an even number of values the mean of the two in the middle. ``real`` counts only where ``masked``.
    """
    nk, nj, ni = source.shape
    if (masked and real.shape != source.shape) or out.shape != source.shape:
        raise ValueError("mask and image disagree")
    reach_k, reach_j, reach_i = 0, 0, 0
    steps = np.empty(offsets.shape[0], np.int64)
    for n in range(offsets.shape[0]):
        reach_k = max(reach_k, abs(offsets[n, 0]))
        reach_j = max(reach_j, abs(offsets[n, 1]))
        reach_i = max(reach_i, abs(offsets[n, 2]))
        steps[n] = (offsets[n, 0] * nj + offsets[n, 1]) * ni + offsets[n, 2]
    flat = source.reshape(-1)
    held = np.empty(offsets.shape[0], source.dtype)
    for k in range(nk):
        for j in range(nj):
            inner = reach_k <= k < nk - reach_k and reach_j <= j < nj - reach_j and not masked
            for i in range(ni):
                if masked and not real[k, j, i]:
                    continue
                count = 0
                if inner and reach_i <= i < ni - reach_i:
                    at = (k * nj + j) * ni + i
                    for n in range(steps.shape[0]):
                        held[n] = flat[at + steps[n]]
                    count = steps.shape[0]
                else:
                    for n in range(offsets.shape[0]):
                        a, b, c = k + offsets[n, 0], j + offsets[n, 1], i + offsets[n, 2]
                        if not (0 <= a < nk and 0 <= b < nj and 0 <= c < ni):
                            continue
                        if masked and not real[a, b, c]:
                            continue
                        held[count] = source[a, b, c]
                        count += 1
                middle = _select(held, count, count // 2)
                if count % 2 == 0:
                    below = held[0]
                    for n in range(1, count // 2):
                        below = max(below, held[n])
                    middle = (below + middle) / 2
                out[k, j, i] = middle
