"""Resampling of labels: each is interpolated as a picture of its own, and the largest wins.

The same as one-hot coding, linear interpolation of every channel and arg-max, without making the channels. Where
the weights are equal the smaller label wins. All arrays are ``(k, j, i)`` in C order.
"""

from __future__ import annotations

import math

import numpy as np

from scan2train.kernels.compiling import nested, outer
from scan2train.kernels.resample import _ZERO, _check


@nested
def _vote(labels, weights, count):
    """The label of the largest weight among the first ``count``; sums must be within rounding to tie."""
    best, most = labels[0], weights[0]
    for n in range(1, count):
        if weights[n] > most + 1e-9 or (weights[n] > most - 1e-9 and labels[n] < best):
            best, most = labels[n], weights[n]
    return best


@nested
def _add(labels, weights, count, label, weight):
    """Add to a label's weight, and the label to the first ``count`` if it is new; returns how many there are."""
    n = 0
    while n < count and labels[n] != label:
        n += 1
    if n == count:
        labels[n] = label
        weights[n] = 0.0
        count += 1
    weights[n] += weight
    return count


@nested
def _of_two(near, kw, jw, iw):
    """What :func:`_vote` says where there are two labels at most, as at most borders; and whether there are more."""
    one = near[0, 0, 0]
    other, of_one, of_other = one, 0.0, 0.0
    more = False
    for a in range(near.shape[0]):
        for b in range(near.shape[1]):
            w = kw[a] * jw[b]
            for c in range(near.shape[2]):
                label = near[a, b, c]
                if label == one:
                    of_one += w * iw[c]
                elif other in (one, label):
                    other = label
                    of_other += w * iw[c]
                else:
                    more = True
    wins = of_other > of_one + 1e-9 or (of_other > of_one - 1e-9 and other < one)
    return (other if wins else one), more


@nested
def _uniform(source, i_low, i_high):
    """For each row of the source: whether it holds one label only between ``i_low`` and ``i_high``."""
    flat = np.empty(source.shape[:2], np.bool_)
    for k in range(source.shape[0]):
        for j in range(source.shape[1]):
            row = source[k, j, i_low:i_high]
            first = row[0]
            differs = first - first
            for i in range(row.shape[0]):
                differs |= row[i] ^ first
            flat[k, j] = differs == 0
    return flat


@nested
def _steady(rows, first, reach, steady):
    """Where ``rows`` all hold the label of ``first``, and so do the next ``reach`` - 1 voxels."""
    steady[:] = True
    for a in range(rows.shape[0]):
        for b in range(rows.shape[1]):
            row = rows[a, b]
            for x in range(steady.shape[0]):
                steady[x] &= row[x] == first[x]
    for _ in range(1, reach):
        # Forwards, each voxel takes in its right neighbour, which has not changed yet.
        for x in range(steady.shape[0] - 1):
            steady[x] &= steady[x + 1] & (first[x] == first[x + 1])
        steady[-1] = False


@outer
def resample_labels(source, ks, kw, kr, js, jw, jr, starts, iw, ir, out):
    """Along the axes; weights as for ``resample``; 0 beyond the source's faces."""
    nk, nj, ni = out.shape
    _check(ks, kw.shape, kr[0], kr[1], source.shape[0], nk)
    _check(js, jw.shape, jr[0], jr[1], source.shape[1], nj)
    i_low, i_high = _check(starts, iw.shape, ir[0], ir[1], source.shape[2], ni)
    taps_k, taps_j, taps_i = kw.shape[1], jw.shape[1], iw.shape[1]
    found = np.empty(taps_k * taps_j * taps_i, source.dtype)
    share = np.empty(taps_k * taps_j * taps_i, np.float64)
    out[:] = 0
    if kr[1] <= kr[0] or jr[1] <= jr[0] or ir[1] <= ir[0]:
        return
    flat = _uniform(source, i_low, i_high)
    steady = np.empty(i_high - i_low, np.bool_)
    places = (starts[ir[0] : ir[1]] - i_low).astype(np.uint32)
    for ko in range(kr[0], kr[1]):
        for jo in range(jr[0], jr[1]):
            k0, j0 = ks[ko], js[jo]
            label = source[k0, j0, i_low]
            same = True
            for a in range(taps_k):
                for b in range(taps_j):
                    same = same and flat[k0 + a, j0 + b] and source[k0 + a, j0 + b, i_low] == label
            line = out[ko, jo, ir[0] : ir[1]]
            if same:
                if label != 0:
                    line[:] = label
                continue
            first = source[k0, j0, i_low:i_high]
            _steady(source[k0 : k0 + taps_k, j0 : j0 + taps_j, i_low:i_high], first, taps_i, steady)
            for x in range(line.shape[0]):
                line[x] = first[places[x]]
            for x in range(line.shape[0]):
                if steady[places[x]]:
                    continue
                i0 = starts[ir[0] + x]
                near = source[k0 : k0 + taps_k, j0 : j0 + taps_j, i0 : i0 + taps_i]
                line[x], more = _of_two(near, kw[ko], jw[jo], iw[ir[0] + x])
                if not more:
                    continue
                count = _ZERO
                for a in range(taps_k):
                    for b in range(taps_j):
                        w = kw[ko, a] * jw[jo, b]
                        for c in range(taps_i):
                            label = source[k0 + a, j0 + b, i0 + c]
                            count = _add(found, share, count, label, w * iw[ir[0] + x, c])
                line[x] = _vote(found, share, count)


@outer
def resample_labels_affine(source, matrix, nearest, parts, out):
    """Along any affine map (as for ``resample_affine``); 0 beyond the source's outer faces.

    Each target voxel is looked at in ``parts`` (along i, j, k) places spread evenly over it, whose votes are summed.
    """
    nk, nj, ni = source.shape
    m = matrix
    most = 8 * parts[0] * parts[1] * parts[2]
    found = np.empty(most, source.dtype)
    share = np.empty(most, np.float64)
    for ko in range(out.shape[0]):
        for jo in range(out.shape[1]):
            for io in range(out.shape[2]):
                count = _ZERO
                for part in range(parts[0] * parts[1] * parts[2]):
                    a = io + (part % parts[0] + 0.5) / parts[0] - 0.5
                    b = jo + (part // parts[0] % parts[1] + 0.5) / parts[1] - 0.5
                    c = ko + (part // parts[0] // parts[1] + 0.5) / parts[2] - 0.5
                    x = m[0, 0] * a + m[0, 1] * b + m[0, 2] * c + m[0, 3]
                    y = m[1, 0] * a + m[1, 1] * b + m[1, 2] * c + m[1, 3]
                    z = m[2, 0] * a + m[2, 1] * b + m[2, 2] * c + m[2, 3]
                    if not (-0.5 <= x <= ni - 0.5 and -0.5 <= y <= nj - 0.5 and -0.5 <= z <= nk - 0.5):
                        continue
                    if nearest:
                        x, y, z = math.floor(x + 0.5), math.floor(y + 0.5), math.floor(z + 0.5)
                    x, y, z = (
                        min(max(x, 0.0), ni - 1.0),
                        min(max(y, 0.0), nj - 1.0),
                        min(max(z, 0.0), nk - 1.0),
                    )
                    i, j, k = int(x), int(y), int(z)
                    for dk in range(2):
                        wk = z - k if dk else 1 - (z - k)
                        for dj in range(2):
                            wj = wk * (y - j if dj else 1 - (y - j))
                            for di in range(2):
                                w = wj * (x - i if di else 1 - (x - i))
                                if w > 0:
                                    count = _add(found, share, count, source[k + dk, j + dj, i + di], w)
                out[ko, jo, io] = _vote(found, share, count) if count else 0
