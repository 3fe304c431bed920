"""Closed contours in a slice: filled by counting edges, and traced round the pixels of a mask."""

from __future__ import annotations

import math

import numpy as np

from scan2train.kernels.compiling import outer


@outer
def fill(points, starts, mask):
    """Turn over, in ``mask``, every pixel whose centre an odd number of the contours' edges lie left of.

    ``points`` is ``(n, 2)``: column and row, centres at whole numbers; contour ``c`` is ``points[starts[c]:starts[c +
    1]]``, closed. ``mask`` is ``(rows, columns)`` of 0 and 1. An edge reaches from its upper end, included, to its
    lower one, excluded; a centre right on an edge counts as right of it. So of two areas that share an edge exactly one
    has the centres on it.
    """
    rows, columns = mask.shape
    toggles = np.zeros((rows, columns), dtype=np.uint8)
    first_row, last_row = rows, -1
    for c in range(starts.shape[0] - 1):
        before = starts[c + 1] - 1
        for at in range(starts[c], starts[c + 1]):
            x0, y0 = points[before, 0], points[before, 1]
            x1, y1 = points[at, 0], points[at, 1]
            before = at
            if y0 == y1:
                continue
            if y0 > y1:  # the same edge gives the same crossings from either side
                x0, y0, x1, y1 = x1, y1, x0, y0
            begin = math.ceil(max(y0, 0.0))
            end = math.ceil(min(y1, float(rows)))
            if begin < end:
                first_row, last_row = min(first_row, begin), max(last_row, end - 1)
            slope = (x1 - x0) / (y1 - y0)
            for row in range(begin, end):
                x = x0 + (row - y0) * slope
                if x < columns:
                    column = 0 if x <= 0.0 else math.ceil(x)
                    if column < columns:
                        toggles[row, column] ^= 1
    for row in range(first_row, last_row + 1):
        inside = 0
        for column in range(columns):
            inside ^= toggles[row, column]
            mask[row, column] ^= inside


#: Steps of the four directions, clockwise as seen with rows growing downwards: right, down, left, up.
_DX = (1, 0, -1, 0)
_DY = (0, 1, 0, -1)


@outer
def trace(mask):
    """Closed lines round the pixels of ``mask``, ``(rows, columns)``, along their edges.

    Returns ``(n, 2)`` corners (column, row; whole numbers are centres, so that corners lie at halves) and ``(m + 1,)``
    where each line begins. Lines round holes are lines of their own; pixels that touch at a corner only are apart.
    """
    rows, columns = mask.shape
    # One bit for each direction in which an edge leaves a corner, the mask on its right.
    leaving = np.zeros((rows + 1, columns + 1), dtype=np.uint8)
    edges = 0
    for r in range(rows):
        for c in range(columns):
            if not mask[r, c]:
                continue
            if r == 0 or not mask[r - 1, c]:
                leaving[r, c] |= 1
                edges += 1
            if c == columns - 1 or not mask[r, c + 1]:
                leaving[r, c + 1] |= 2
                edges += 1
            if r == rows - 1 or not mask[r + 1, c]:
                leaving[r + 1, c + 1] |= 4
                edges += 1
            if c == 0 or not mask[r, c - 1]:
                leaving[r + 1, c] |= 8
                edges += 1
    points = np.empty((edges, 2))
    starts = np.zeros(edges // 4 + 1, dtype=np.int64)
    n, lines = 0, 0
    for r in range(rows + 1):
        for c in range(columns + 1):
            while (
                leaving[r, c] & 1
            ):  # every line runs to the right somewhere; the first such edge begins at a corner
                y, x, way, came = r, c, 0, -1
                while leaving[y, x] & (1 << way):
                    leaving[y, x] &= ~np.uint8(1 << way)
                    if way != came:
                        points[n, 0], points[n, 1] = x - 0.5, y - 0.5
                        n += 1
                    y, x, came = y + _DY[way], x + _DX[way], way
                    for turn in (1, 0, 3):  # to the right first: pixels that touch at a corner stay apart
                        if leaving[y, x] & (1 << ((came + turn) % 4)):
                            way = (came + turn) % 4
                            break
                lines += 1
                starts[lines] = n
    return points[:n], starts[: lines + 1]
