"""Resampling along the axes by splines: an exact solution for the coefficients, and four weights at each target.

All arrays are ``(k, j, i)`` in C order. Along an axis whose ``spline`` is set, samples become the coefficients of the
interpolating cubic B-spline with natural ends: ``c[n-1] + 4 c[n] + c[n+1] = 6 s[n]``, and the ends are the samples
themselves. Along the others weights are of the samples, as for ``resample``.
"""

from __future__ import annotations

import numpy as np

from scan2train.kernels.change_values import change_values
from scan2train.kernels.compiling import inner, nested, outer
from scan2train.kernels.resample import _check

#: Rows that are worked on side by side along i, one in each lane of the vector registers.
_LANES = 16


@nested
def _pivots(size, dtype):
    """What elimination divides by: ``1 / 4``, then ``1 / (4 - the last)``."""
    pivots = np.zeros(size, dtype)
    last = 0.0
    for n in range(1, size):
        last = 1 / (4 - last)
        pivots[n] = last
    return pivots


@inner
def _solve(rows, pivots, six):
    """Coefficients of samples along the first axis, in place, for all columns at once."""
    size, width = rows.shape
    for n in range(1, size - 1):
        here, before, pivot = rows[n], rows[n - 1], pivots[n]
        for x in range(width):
            here[x] = (six * here[x] - before[x]) * pivot
    for n in range(size - 2, 0, -1):
        here, after, pivot = rows[n], rows[n + 1], pivots[n]
        for x in range(width):
            here[x] -= pivot * after[x]


@inner
def _mix(rows, start, weights, line):
    """``line`` is the sum of the rows from ``start`` on, each by its weight."""
    first, a = rows[start], weights[0]
    if weights.shape[0] == 4:
        second, third, fourth = rows[start + 1], rows[start + 2], rows[start + 3]
        b, c, d = weights[1], weights[2], weights[3]
        for x in range(line.shape[0]):
            line[x] = a * first[x] + b * second[x] + c * third[x] + d * fourth[x]
        return
    for x in range(line.shape[0]):
        line[x] = a * first[x]
    for t in range(1, weights.shape[0]):
        second, b = rows[start + t], weights[t]
        for x in range(line.shape[0]):
            line[x] += b * second[x]


@inner
def _plane(plane, js, jw, starts, iw, spline, pivots_i, six, rows, lanes, sums, made):
    """One slice, its coefficients along j already found, along j and then along i."""
    height, width = made.shape
    for first in range(0, height, _LANES):
        count = min(_LANES, height - first)
        for lane in range(count):
            _mix(plane, js[first + lane], jw[first + lane], rows[lane])
        for x in range(lanes.shape[0]):
            for lane in range(_LANES):
                lanes[x, lane] = rows[lane, x]
        if spline:
            _solve(lanes, pivots_i, six)
        for x in range(width):
            _mix(lanes, starts[x], iw[x], sums)
            for lane in range(count):
                made[first + lane, x] = sums[lane]


@outer
def resample_cubic(source, spline, ks, kw, kr, js, jw, jr, starts, iw, ir, change, fill, out):
    """``out = clip(scale * resampled + shift)``; ``fill`` beyond the source's faces; the rest as for ``resample``.

    ``spline`` says of k, j and i whether their weights are of coefficients. All of the source is looked at, whatever
    part of it the targets lie in: so that a value does not depend on which others are asked for.
    """
    nk, nj, ni = out.shape
    _check(ks, kw.shape, kr[0], kr[1], source.shape[0], nk)
    _check(js, jw.shape, jr[0], jr[1], source.shape[1], nj)
    _check(starts, iw.shape, ir[0], ir[1], source.shape[2], ni)
    height, width = jr[1] - jr[0], ir[1] - ir[0]
    if height * width * (kr[1] - kr[0]) < nk * nj * ni:
        out[:] = fill
    if height <= 0 or width <= 0 or kr[1] <= kr[0]:
        return
    js, jw, starts, iw = js[jr[0] : jr[1]], jw[jr[0] : jr[1]], starts[ir[0] : ir[1]], iw[ir[0] : ir[1]]
    six = change.dtype.type(6)
    pivots_k, pivots_j = _pivots(source.shape[0], change.dtype), _pivots(source.shape[1], change.dtype)
    pivots_i = _pivots(source.shape[2], change.dtype)
    plane = np.empty(source.shape[1:], change.dtype)
    rows = np.zeros((_LANES, source.shape[2]), change.dtype)
    lanes = np.empty((source.shape[2], _LANES), change.dtype)
    sums = np.empty(max(_LANES, width), change.dtype)
    planes = np.empty((source.shape[0], height, width), change.dtype)
    for k in range(source.shape[0]):
        plane[:] = source[k]
        if spline[1]:
            _solve(plane, pivots_j, six)
        _plane(plane, js, jw, starts, iw, spline[2], pivots_i, six, rows, lanes, sums[:_LANES], planes[k])
    column = np.empty((source.shape[0], width), change.dtype)
    for y in range(height):
        column[:] = planes[:, y]
        if spline[0]:
            _solve(column, pivots_k, six)
        for ko in range(kr[0], kr[1]):
            _mix(column, ks[ko], kw[ko], sums[:width])
            change_values(sums[:width], change, out[ko, jr[0] + y][ir[0] : ir[1]])
