"""Resampling of labels: each is interpolated as a picture of its own, and the largest wins.

The same as one-hot coding, linear interpolation of every channel and arg-max, without making the channels. Where
the weights are equal the smaller label wins. All arrays are ``(k, j, i)`` in C order.
"""

from __future__ import annotations

import math

import numpy as np

from scan2train.kernels.compiling import inlined, inner, outer
from scan2train.kernels.resample import _ZERO, _check

#: Eight places of a row that are all steady.
_EIGHT = np.uint64(0x0101010101010101)


@inner
def _vote(labels, weights, count):
    """The label of the largest weight among the first ``count``; sums must be within rounding to tie."""
    best, most = labels[0], weights[0]
    for n in range(1, count):
        if weights[n] > most + 1e-9 or (weights[n] > most - 1e-9 and labels[n] < best):
            best, most = labels[n], weights[n]
    return best


@inner
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


@inner
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


@inner
def _uniform(source, k_low, k_high, j_low, j_high, i_low, i_high, flat):
    """For each row of the source that counts: whether it holds one label only between ``i_low`` and ``i_high``."""
    for k in range(k_low, k_high):
        for j in range(j_low, j_high):
            row = source[k, j, i_low:i_high]
            first = row[0]
            differs = first - first
            for i in range(row.shape[0]):
                differs |= row[i] ^ first
            flat[k, j] = differs == 0


@inner
def _steady(source, corner, counts, differs, steady):
    """Where the ``counts`` rows (k, j) from ``corner`` all hold the first one's label, and the next voxels along i do.

    Rows are cut out one by one: only of those it is known that their voxels lie side by side. ``differs`` is room for
    a row.
    """
    k, j, i = corner
    size = steady.shape[0]
    first = source[k, j, i : i + size]
    differs[:] = 0
    for a in range(counts[0]):
        for b in range(counts[1]):
            if a + b > 0:
                row = source[k + a, j + b, i : i + size]
                for x in range(size):
                    differs[x] |= row[x] ^ first[x]
    # One voxel of each row is compared with the next even so: runs of steady places are taken to hold one label.
    for _ in range(max(counts[2] - 1, 1)):
        # Forwards, each voxel takes in its right neighbour, which has not changed yet.
        for x in range(size - 1):
            differs[x] |= differs[x + 1] | (first[x] ^ first[x + 1])
        differs[-1] = 1
    for x in range(size):
        steady[x] = differs[x] == 0


@inner
def _line(source, corner, kw, jw, iw, places, reached, room, line):
    """One line of targets, from the rows of the source that begin at ``corner`` (k, j, i).

    ``places`` says where the voxels of each target begin, and ``reached`` which targets have begun before each place,
    counted in the order in which the source lies. A run of steady places holds one label: it is written at once.
    """
    differs, steady, eights, found, share = room
    size, width = reached.shape[0] - 1, line.shape[0]
    counts = (kw.shape[0], jw.shape[0], iw.shape[1])
    falls = places[0] > places[width - 1]
    k, j, i = corner
    first = source[k, j, i : i + size]
    _steady(source, corner, counts, differs, steady[:size])
    place = _ZERO
    while place < size:
        after = place + 1
        if steady[place]:
            while after < size and steady[after]:
                after += 8 if after & 7 == 0 and eights[after >> 3] == _EIGHT else 1
            low, high = reached[place], reached[after]
            if first[place] != 0 and high > low:
                if falls:
                    low, high = width - high, width - low
                line[low:high] = first[place]
            place = after
            continue
        for target in range(reached[place], reached[after]):
            x = width - 1 - target if falls else target
            near = source[k : k + counts[0], j : j + counts[1], i + place : i + place + counts[2]]
            line[x], more = _of_two(near, kw, jw, iw[x])
            if not more:
                continue
            count = _ZERO
            for a in range(near.shape[0]):
                for b in range(near.shape[1]):
                    w = kw[a] * jw[b]
                    for c in range(near.shape[2]):
                        count = _add(found, share, count, near[a, b, c], w * iw[x, c])
            line[x] = _vote(found, share, count)
        place = after


@outer
def resample_labels(source, ks, kw, kr, js, jw, jr, starts, iw, ir, out):
    """Along the axes; weights as for ``resample``; 0 beyond the source's faces."""
    nk, nj, ni = out.shape
    k_low, k_high = _check(ks, kw.shape, kr[0], kr[1], source.shape[0], nk)
    j_low, j_high = _check(js, jw.shape, jr[0], jr[1], source.shape[1], nj)
    i_low, i_high = _check(starts, iw.shape, ir[0], ir[1], source.shape[2], ni)
    taps_k, taps_j, taps_i = kw.shape[1], jw.shape[1], iw.shape[1]
    found = np.empty(taps_k * taps_j * taps_i, source.dtype)
    share = np.empty(taps_k * taps_j * taps_i, np.float64)
    out[:] = 0
    if kr[1] <= kr[0] or jr[1] <= jr[0] or ir[1] <= ir[0]:
        return
    flat = np.empty(source.shape[:2], np.bool_)
    _uniform(source, k_low, k_high, j_low, j_high, i_low, i_high, flat)
    # Whole words of eight, so that runs of steady places are passed over quickly; none beyond the end is steady.
    steady = np.zeros((i_high - i_low + 7) // 8 * 8, np.bool_)
    differs = np.empty(i_high - i_low, source.dtype)
    eights = steady.view(np.uint64)
    places = starts[ir[0] : ir[1]] - i_low
    # How many targets begin before each place: counted, as sorting them would take most of the compilation.
    reached = np.zeros(i_high - i_low + 1, np.int64)
    for place in places:
        reached[place + 1] += 1
    for place in range(i_high - i_low):
        reached[place + 1] += reached[place]
    iw = iw[ir[0] : ir[1]]
    for ko in range(kr[0], kr[1]):
        for jo in range(jr[0], jr[1]):
            k0, j0 = ks[ko], js[jo]
            label = source[k0, j0, i_low]
            same = True
            for a in range(taps_k):
                for b in range(taps_j):
                    same = same and flat[k0 + a, j0 + b] and source[k0 + a, j0 + b, i_low] == label
            if not same:
                line, corner = out[ko, jo, ir[0] : ir[1]], (k0, j0, i_low)
                room = (differs, steady, eights, found, share)
                _line(source, corner, kw[ko], jw[jo], iw, places, reached, room, line)
            elif label != 0:
                out[ko, jo, ir[0] : ir[1]] = label


@inlined
def _around(source, x, y, z, found, share, count):
    """Add the weights of the voxels around a place within the source's faces to the votes so far."""
    nk, nj, ni = source.shape
    x, y, z = min(max(x, 0.0), ni - 1.0), min(max(y, 0.0), nj - 1.0), min(max(z, 0.0), nk - 1.0)
    i, j, k = int(x), int(y), int(z)
    for dk in range(2):
        wk = z - k if dk else 1 - (z - k)
        for dj in range(2):
            wj = wk * (y - j if dj else 1 - (y - j))
            for di in range(2):
                w = wj * (x - i if di else 1 - (x - i))
                if w > 0:
                    count = _add(found, share, count, source[k + dk, j + dj, i + di], w)
    return count


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
                    count = _around(source, x, y, z, found, share, count)
                out[ko, jo, io] = _vote(found, share, count) if count else 0
