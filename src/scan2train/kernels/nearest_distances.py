"""The exact distance from each of some places of a lattice to the nearest of others.

Only the distance along j is made for the whole lattice; along k and i it is searched outwards from each place that is
asked for, no farther than what is found already, and than what its neighbour's distance allows. Where the two lie so
far apart that this would take long, the nearest along i is made for the whole lattice as well: the lower envelope of
Felzenszwalb and Huttenlocher, which takes the same time whatever the distances.
"""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import inner, outer

#: More steps than any lattice has, with room to go on counting in 16 bits.
_FAR = np.uint16(40000)
_ONE = np.uint16(1)
#: So many looks for each voxel of the lattice take as long as its envelope.
_LOOKS = 8


@inner
def _along_j(places, begin, plane):
    """Steps along j to the nearest place of a plane; ``places`` are flat indices of which ``begin`` is its first."""
    nj, ni = plane.shape
    plane[:] = _FAR
    for place in places:
        plane[(place - begin) // ni, (place - begin) % ni] = 0
    for j in range(1, nj):
        before, line = plane[j - 1], plane[j]
        for i in range(ni):
            further = np.uint16(before[i] + _ONE)
            line[i] = further if further < line[i] else line[i]  # noqa: FURB136 - min is slower
    for j in range(nj - 2, -1, -1):
        before, line = plane[j + 1], plane[j]
        for i in range(ni):
            further = np.uint16(before[i] + _ONE)
            line[i] = further if further < line[i] else line[i]  # noqa: FURB136 - min is slower


@inner
def _along_i(line, of_j, of_i, vertices, ends, heights, nearest):
    """For each voxel of a row the index along i over which the nearest place of its plane lies."""
    count = 0
    for i in range(line.shape[0]):
        if line[i] >= _FAR:
            continue
        height = np.float64(line[i]) * line[i] * of_j / of_i + np.float64(i) * i
        crossing = -np.inf
        while count > 0:
            crossing = (height - heights[count - 1]) / (2.0 * (i - vertices[count - 1]))
            if crossing > ends[count - 1]:
                break
            count -= 1
        vertices[count], heights[count] = i, height
        ends[count] = crossing if count else -np.inf
        count += 1
    at = 0
    for i in range(line.shape[0]):
        while at + 1 < count and ends[at + 1] < i:
            at += 1
        nearest[i] = vertices[at]


@inner
def _row(line, i, squares, best, base):
    """The smaller of ``best`` and the squared distance from ``i`` over a row, ``base`` away; and the looks it took."""
    of_j, of_i = squares[1], squares[2]
    away, size = 0, line.shape[0]
    while away < size:
        more = base + away * away * of_i
        if more >= best:
            break
        if i >= away and line[i - away] < _FAR:
            best = min(best, more + np.float64(line[i - away]) * line[i - away] * of_j)
        if i + away < size and line[i + away] < _FAR:
            best = min(best, more + np.float64(line[i + away]) * line[i + away] * of_j)
        away += 1
    return best, away


@inner
def _over(line, i, nearest, squares, best, base):
    """The same from the place that is known to be the nearest."""
    n = nearest[i]
    away = np.float64(i) - n
    return min(best, base + away * away * squares[2] + np.float64(line[n]) * line[n] * squares[1])


@outer
def nearest_distances(places, starts, asked, asked_starts, shape, spacing):
    """Distances from each of ``asked`` to the nearest of ``places``, one at least.

    Parameters
    ----------
    places, asked
        Flat indices in a lattice of ``shape`` (k, j, i), rising.
    starts, asked_starts
        Which is the first of each plane k, and past all the number of them.
    spacing
        Along k, j and i.

    Returns
    -------
    ``float64``, in the unit of the spacing.
    """
    nk, nj, ni = shape
    if max(nj, ni) >= 25000:
        raise ValueError("the lattice is too large to count its steps in 16 bits")
    steps = np.empty((nk, nj, ni), np.uint16)
    some = np.zeros(nk, np.bool_)
    squares = spacing * spacing
    for k in range(nk):
        if starts[k] < starts[k + 1]:
            some[k] = True
            _along_j(places[starts[k] : starts[k + 1]], k * nj * ni, steps[k])
    found = np.empty(asked.shape[0])
    nearest = np.empty((0, nj, ni), np.uint16)
    left = np.int64(_LOOKS) * nk * nj * ni
    known, known_k, known_j, known_i = np.inf, 0, 0, 0
    for k in range(nk):
        for n in range(asked_starts[k], asked_starts[k + 1]):
            j, i = (asked[n] - k * nj * ni) // ni, (asked[n] - k * nj * ni) % ni
            moved = (k - known_k) ** 2 * squares[0] + (j - known_j) ** 2 * squares[1]
            # No farther than the last one's nearest; a little more, for what is rounded.
            best = (known + np.sqrt(moved + (i - known_i) ** 2 * squares[2])) ** 2 * (1 + 1e-9) + 1e-12
            if left < 0 and nearest.shape[0] == 0:
                nearest = np.empty((nk, nj, ni), np.uint16)
                vertices, ends, heights = np.empty(ni, np.int64), np.empty(ni), np.empty(ni)
                for plane in range(nk):
                    if some[plane]:
                        for row in range(nj):
                            line, into = steps[plane, row], nearest[plane, row]
                            _along_i(line, squares[1], squares[2], vertices, ends, heights, into)
            away = 0
            while away < nk and away * away * squares[0] < best:
                base = away * away * squares[0]
                for side in range(2 if away else 1):
                    plane = k - away if side else k + away
                    if plane < 0 or plane >= nk or not some[plane]:
                        continue
                    if nearest.shape[0] == 0:
                        best, looks = _row(steps[plane, j], i, squares, best, base)
                        left -= looks
                    else:
                        best = _over(steps[plane, j], i, nearest[plane, j], squares, best, base)
                away += 1
                left -= 1
            found[n] = np.sqrt(best)
            known, known_k, known_j, known_i = found[n], k, j, i
    return found
