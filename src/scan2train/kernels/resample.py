"""Resampling along the axes: three passes of weighted sums, slice by slice, with the change of values in the last.

All arrays are ``(k, j, i)`` in C order. Each axis comes as ``start[o]`` and ``weights[o, t]``: the value at ``o`` is
the sum over ``t`` of ``weights[o, t] * source[start[o] + t]``. Only the planes that the next output needs are kept.

Of a row that is taken first and cut then the compiler knows that its values are neighbours; of a slice cut along i it
does not, and takes them one by one. Nor does it where an index is a sum, which might be negative.
"""

from __future__ import annotations

import numpy as np

from scan2train.kernels.change_values import change_values
from scan2train.kernels.compiling import inner, nested, outer

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


@inner
def _along_j(plane, start, weights, begin, row):
    """One row of a source slice between the rows from ``start`` on; ``row`` begins at column ``begin``."""
    first, a = plane[start][begin:], weights[0]
    taps, width = weights.shape[0], row.shape[0]
    if taps == 2:
        second, b = plane[start + 1][begin:], weights[1]
        for x in range(width):
            row[x] = a * first[x] + b * second[x]
    elif taps == 3:
        second, third = plane[start + 1][begin:], plane[start + 2][begin:]
        b, c = weights[1], weights[2]
        for x in range(width):
            row[x] = a * first[x] + b * second[x] + c * third[x]
    else:
        for x in range(width):
            row[x] = a * first[x]
        for t in range(1, taps):
            second, b = plane[start + t][begin:], weights[t]
            for x in range(width):
                row[x] += b * second[x]


@inner
def _along_i(row, starts, weights, line):
    """The values of ``line`` between those of ``row``; ``weights`` is ``(tap, column)``."""
    left = weights[0]
    taps, width = weights.shape[0], line.shape[0]
    if taps == 2:
        right, after = weights[1], row[1:]
        for x in range(width):
            line[x] = left[x] * row[starts[x]] + right[x] * after[starts[x]]
    elif taps == 3:
        right, last, after, beyond = weights[1], weights[2], row[1:], row[2:]
        for x in range(width):
            at = starts[x]
            line[x] = left[x] * row[at] + right[x] * after[at] + last[x] * beyond[at]
    else:
        for x in range(width):
            line[x] = left[x] * row[starts[x]]
        for t in range(1, taps):
            right, after = weights[t], row[t:]
            for x in range(width):
                line[x] += right[x] * after[starts[x]]


@inner
def _between(first, second, a, b, change, line):
    """Two rows mixed and their values changed."""
    scale, shift, low, high = change[0], change[1], change[2], change[3]
    for x in range(first.shape[0]):
        value = scale * (a * first[x] + b * second[x]) + shift
        # Two plain comparisons become vector instructions; min and max do not.
        if value < low:
            value = low
        if value > high:
            value = high
        line[x] = value


@inner
def _along_k(planes, start, weights, y, sums):
    """Row ``y`` between the planes from ``start`` on, of which plane ``k`` stands at ``k % taps``."""
    taps = weights.shape[0]
    first, a = planes[start % taps, y], weights[0]
    for x in range(sums.shape[0]):
        sums[x] = a * first[x]
    for t in range(1, taps):
        second, b = planes[(start + t) % taps, y], weights[t]
        for x in range(sums.shape[0]):
            sums[x] += b * second[x]


@inner
def _all_rows(source, ks, kw, kr, js, jw, jr, starts, iw, i_low, change, begin, row, sums, planes, held, out):
    """All rows of ``out`` that have targets inside, from column ``begin`` on; ``held`` are the slices in ``planes``."""
    taps, height = planes.shape[0], planes.shape[1]
    for ko in range(kr[0], kr[1]):
        for t in range(taps):
            k = ks[ko] + t
            if held[k % taps] != k:
                for y in range(height):
                    _along_j(source[k], js[jr[0] + y], jw[jr[0] + y], i_low, row)
                    _along_i(row, starts, iw, planes[k % taps, y])
                held[k % taps] = k
        for y in range(height):
            line = out[ko, jr[0] + y][begin : begin + sums.shape[0]]
            if taps == 2:
                first, second = planes[ks[ko] % 2, y], planes[(ks[ko] + 1) % 2, y]
                _between(first, second, kw[ko, 0], kw[ko, 1], change, line)
            else:
                _along_k(planes, ks[ko], kw[ko], y, sums)
                change_values(sums, change, line)


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
    taps = kw.shape[1]
    row = np.empty(i_high - i_low, change.dtype)
    sums = np.empty(width, change.dtype)
    planes = np.empty((taps, height, width), change.dtype)
    held = np.full(taps, -1)
    _all_rows(source, ks, kw, kr, js, jw, jr, starts, iw, i_low, change, ir[0], row, sums, planes, held, out)
