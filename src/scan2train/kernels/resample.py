"""Resampling along the axes: three passes of weighted sums, slice by slice, with the change of values in the last.

All arrays are ``(k, j, i)`` in C order. Each axis comes as ``start[o]`` and ``weights[o, t]``: the value at ``o`` is
the sum over ``t`` of ``weights[o, t] * source[start[o] + t]``. Only the planes that the next output needs are kept.
"""

from __future__ import annotations

import numpy as np

from scan2train.kernels.change_values import change_values
from scan2train.kernels.compiling import nested, outer

_ZERO = np.int64(0)  # typed: a bare 0 would have what it is given to compiled once more for it


@nested
def _check(start, weighed, first, last, size, count):
    """Refuse weights (of shape ``weighed``) that reach outside of the source, whoever made them.

    Returns where the source begins and ends that the targets ``first`` to ``last`` take from.
    """
    if start.shape[0] != count or weighed[0] != count or not 0 <= first <= last <= count:
        raise ValueError("weights and output disagree")
    lowest, highest = size, _ZERO
    for o in range(first, last):
        if start[o] < 0 or start[o] + weighed[1] > size:
            raise ValueError("weights reach outside of the source")
        if start[o] < lowest:
            lowest = start[o]
        if start[o] > highest:
            highest = start[o]
    return lowest, highest + weighed[1]


@nested
def _plane(slab, js, jw, starts, iw, row, plane):
    """One source slice, cut to the columns that count, along j and then along i; ``iw`` is ``(tap, column)``."""
    taps_j, taps_i = jw.shape[1], iw.shape[0]
    height, width = plane.shape
    for y in range(height):
        first = slab[js[y]]
        a = jw[y, 0]
        if taps_j == 2:
            second = slab[js[y] + 1]
            b = jw[y, 1]
            for x in range(row.shape[0]):
                row[x] = a * first[x] + b * second[x]
        elif taps_j == 3:
            second, third = slab[js[y] + 1], slab[js[y] + 2]
            b, c = jw[y, 1], jw[y, 2]
            for x in range(row.shape[0]):
                row[x] = a * first[x] + b * second[x] + c * third[x]
        else:
            for x in range(row.shape[0]):
                row[x] = a * first[x]
            for t in range(1, taps_j):
                second = slab[js[y] + t]
                b = jw[y, t]
                for x in range(row.shape[0]):
                    row[x] += b * second[x]
        line = plane[y]
        if taps_i == 2:
            left, right, after = iw[0], iw[1], row[1:]
            for x in range(width):
                line[x] = left[x] * row[starts[x]] + right[x] * after[starts[x]]
        elif taps_i == 3:
            left, right, last, after, beyond = iw[0], iw[1], iw[2], row[1:], row[2:]
            for x in range(width):
                at = starts[x]
                line[x] = left[x] * row[at] + right[x] * after[at] + last[x] * beyond[at]
        else:
            left = iw[0]
            for x in range(width):
                line[x] = left[x] * row[starts[x]]
            for t in range(1, taps_i):
                right, after = iw[t], row[t:]
                for x in range(width):
                    line[x] += right[x] * after[starts[x]]


@outer
def resample(source, ks, kw, kr, js, jw, jr, starts_i, iw, ir, change, fill, out):
    """``out = clip(scale * resampled + shift)``; ``fill`` beyond the source's faces.

    ``kr``, ``jr``, ``ir`` are ``(first, last)`` of the targets inside; ``change`` is ``(scale, shift, low, high)``
    in the type of ``out``, which is that of all sums.
    """
    nk, nj, ni = out.shape
    _check(ks, kw.shape, kr[0], kr[1], source.shape[0], nk)
    _check(js, jw.shape, jr[0], jr[1], source.shape[1], nj)
    i_low, i_high = _check(starts_i, iw.shape, ir[0], ir[1], source.shape[2], ni)
    height, width = jr[1] - jr[0], ir[1] - ir[0]
    if height * width * (kr[1] - kr[0]) < nk * nj * ni:
        out[:] = fill
    if height <= 0 or width <= 0:
        return
    # Unsigned indices need no look at negative ones; weights lie tap by tap.
    starts = (starts_i[ir[0] : ir[1]] - i_low).astype(np.uint32)
    iw = np.ascontiguousarray(iw[ir[0] : ir[1]].T)
    js, jw = js[jr[0] : jr[1]], jw[jr[0] : jr[1]]
    taps = kw.shape[1]
    row = np.empty(i_high - i_low, change.dtype)
    sums = np.empty(width, change.dtype)
    planes = np.empty((taps, height, width), change.dtype)
    held = np.full(taps, -1)
    for ko in range(kr[0], kr[1]):
        for t in range(taps):
            k = ks[ko] + t
            if held[k % taps] != k:
                _plane(source[k, :, i_low:i_high], js, jw, starts, iw, row, planes[k % taps])
                held[k % taps] = k
        for y in range(height):
            p, a = planes[ks[ko] % taps, y], kw[ko, 0]
            if taps == 2:
                q, b = planes[(ks[ko] + 1) % 2, y], kw[ko, 1]
                for x in range(width):
                    sums[x] = a * p[x] + b * q[x]
            else:
                for x in range(width):
                    sums[x] = a * p[x]
                for t in range(1, taps):
                    q, b = planes[(ks[ko] + t) % taps, y], kw[ko, t]
                    for x in range(width):
                        sums[x] += b * q[x]
            change_values(sums, change, out[ko, jr[0] + y, ir[0] : ir[1]])
