"""As ``resample``, where some voxels of the source are no data: they weigh nothing.

Normalised convolution (Knutsson and Westin 1993): the weighted sum over real voxels, divided by their weight. A
target is real where at least half of its weight falls on real voxels.
"""

from __future__ import annotations

import numpy as np

from scan2train.kernels.change_values import change_values
from scan2train.kernels.compiling import nested, outer
from scan2train.kernels.resample import _check


@nested
def _planes(values, real, js, jw, starts, iw, rows, sums, weights):
    """One source slice: weighted sums of real values, and the weights themselves, along j and then along i."""
    row, mass = rows[0], rows[1]
    height, width = sums.shape
    for y in range(height):
        row[:] = 0
        mass[:] = 0
        for t in range(jw.shape[1]):
            line, there, a = values[js[y] + t], real[js[y] + t], jw[y, t]
            for x in range(row.shape[0]):
                if there[x]:
                    row[x] += a * line[x]
                    mass[x] += a
        for x in range(width):
            i = starts[x]
            total = iw[x, 0] * row[i]
            weight = iw[x, 0] * mass[i]
            for t in range(1, iw.shape[1]):
                total += iw[x, t] * row[i + t]
                weight += iw[x, t] * mass[i + t]
            sums[y, x] = total
            weights[y, x] = weight


@outer
def resample_masked(source, valid, ks, kw, kr, js, jw, jr, starts_i, iw, ir, change, fill, out, out_valid):
    """``out = clip(scale * resampled + shift)`` where ``out_valid``, else ``fill``; the rest as in ``resample``."""
    nk, nj, ni = out.shape
    _check(ks, kw.shape, kr[0], kr[1], source.shape[0], nk)
    _check(js, jw.shape, jr[0], jr[1], source.shape[1], nj)
    i_low, i_high = _check(starts_i, iw.shape, ir[0], ir[1], source.shape[2], ni)
    if valid.shape != source.shape or out_valid.shape != out.shape:
        raise ValueError("mask and image disagree")
    out[:] = fill
    out_valid[:] = False
    height, width = jr[1] - jr[0], ir[1] - ir[0]
    if height <= 0 or width <= 0:
        return
    starts, iw = starts_i[ir[0] : ir[1]] - i_low, iw[ir[0] : ir[1]]
    js, jw = js[jr[0] : jr[1]], jw[jr[0] : jr[1]]
    taps = kw.shape[1]
    rows = np.empty((2, i_high - i_low), change.dtype)
    sums = np.empty((taps, height, width), change.dtype)
    weights = np.empty((taps, height, width), change.dtype)
    means = np.empty(width, change.dtype)
    there = np.empty(width, np.bool_)
    held = np.full(taps, -1)
    half = change.dtype.type(0.5)
    for ko in range(kr[0], kr[1]):
        for t in range(taps):
            k = ks[ko] + t
            at = k % taps
            if held[at] != k:
                _planes(
                    source[k, :, i_low:i_high],
                    valid[k, :, i_low:i_high],
                    js,
                    jw,
                    starts,
                    iw,
                    rows,
                    sums[at],
                    weights[at],
                )
                held[at] = k
        for y in range(height):
            for x in range(width):
                total = kw[ko, 0] * sums[ks[ko] % taps, y, x]
                weight = kw[ko, 0] * weights[ks[ko] % taps, y, x]
                for t in range(1, taps):
                    total += kw[ko, t] * sums[(ks[ko] + t) % taps, y, x]
                    weight += kw[ko, t] * weights[(ks[ko] + t) % taps, y, x]
                there[x] = weight >= half
                means[x] = total / weight if there[x] else 0
            change_values(means, change, means)
            for x in range(width):
                if there[x]:
                    out[ko, jr[0] + y, ir[0] + x] = means[x]
                    out_valid[ko, jr[0] + y, ir[0] + x] = True
