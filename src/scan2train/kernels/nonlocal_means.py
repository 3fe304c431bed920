"""Means over voxels whose surroundings are alike. All arrays are ``(k, j, i)`` in C order."""

from __future__ import annotations

import math

import numpy as np

from scan2train.kernels.compiling import nested, outer


@nested
def _apart(values, real, masked, shift, k, patch, squares, counts, row, number):
    """Of plane ``k``: squared differences to what lies ``shift`` away, and how many, summed over a square of patch."""
    dk, dj, di = shift
    nj, ni = values.shape[1:]
    for j in range(nj):
        row[:] = 0
        number[:] = 0
        if 0 <= j + dj < nj:
            for i in range(max(0, -di), min(ni, ni - di)):
                if masked and not (real[k, j, i] and real[k + dk, j + dj, i + di]):
                    continue
                off = values[k, j, i] - values[k + dk, j + dj, i + di]
                row[i] = off * off
                number[i] = 1
        for i in range(ni):
            total, count = row[i], number[i]
            for c in range(1, patch + 1):
                if i >= c:
                    total += row[i - c]
                    count += number[i - c]
                if i + c < ni:
                    total += row[i + c]
                    count += number[i + c]
            squares[0, j, i] = total
            counts[0, j, i] = count
    for j in range(nj):
        low, high = max(0, j - patch), min(nj, j + patch + 1)
        squares[1, j, :] = 0
        counts[1, j, :] = 0
        for b in range(low, high):
            for i in range(ni):
                squares[1, j, i] += squares[0, b, i]
                counts[1, j, i] += counts[0, b, i]


@outer
def nonlocal_means(values, real, masked, reach, patch, noise, strength, out):
    """Each voxel becomes the mean of those within the box ``reach`` (k, j, i) whose surroundings are like its own.

    Weights are ``exp(-max(d - 2 noise², 0) / strength²)``, with ``d`` the mean squared difference of the voxels within
    ``patch`` of both, as far as both are real.
    """
    nk, nj, ni = values.shape
    if (masked and real.shape != values.shape) or out.shape != values.shape:
        raise ValueError("mask and image disagree")
    weights = np.ones_like(values)
    out[:] = values
    rings = 2 * patch + 1
    squares = np.zeros((rings, 2, nj, ni), values.dtype)
    counts = np.zeros((rings, 2, nj, ni), values.dtype)
    row, number = np.empty(ni, values.dtype), np.empty(ni, values.dtype)
    total, count = np.empty(ni, values.dtype), np.empty(ni, values.dtype)
    bias, slope = 2 * noise * noise, -1 / (strength * strength)
    for dk in range(reach[0] + 1):
        for dj in range(-reach[1], reach[1] + 1):
            for di in range(-reach[2], reach[2] + 1):
                # Each pair of voxels is seen once.
                if dk == 0 and (dj < 0 or (dj == 0 and di <= 0)):
                    continue
                shift, planes = (dk, dj, di), nk - dk
                for ahead in range(planes + patch):
                    if ahead < planes:
                        at = ahead % rings
                        _apart(
                            values, real, masked, shift, ahead, patch, squares[at], counts[at], row, number
                        )
                    k = ahead - patch
                    if k < 0:
                        continue
                    for j in range(max(0, -dj), min(nj, nj - dj)):
                        total[:] = 0
                        count[:] = 0
                        for a in range(max(0, k - patch), min(planes, k + patch + 1)):
                            for i in range(ni):
                                total[i] += squares[a % rings, 1, j, i]
                                count[i] += counts[a % rings, 1, j, i]
                        for i in range(max(0, -di), min(ni, ni - di)):
                            a, b, c = k + dk, j + dj, i + di
                            if masked and not (real[k, j, i] and real[a, b, c]):
                                continue
                            power = slope * max(total[i] / count[i] - bias, 0.0)
                            if power < -16.0:
                                continue
                            weight = math.exp(power)
                            out[k, j, i] += weight * values[a, b, c]
                            weights[k, j, i] += weight
                            out[a, b, c] += weight * values[k, j, i]
                            weights[a, b, c] += weight
    for k in range(nk):
        for j in range(nj):
            for i in range(ni):
                out[k, j, i] /= weights[k, j, i]
