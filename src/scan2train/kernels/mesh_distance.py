"""How far points lie from a surface of triangles, as far as that is within reach."""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import inner, outer


@inner
def _to_triangle(p, points, u, v, w):
    """The squared distance of ``p`` to a triangle (Ericson, Real-Time Collision Detection, 5.1.5)."""
    abx, aby, abz = points[v, 0] - points[u, 0], points[v, 1] - points[u, 1], points[v, 2] - points[u, 2]
    acx, acy, acz = points[w, 0] - points[u, 0], points[w, 1] - points[u, 1], points[w, 2] - points[u, 2]
    apx, apy, apz = p[0] - points[u, 0], p[1] - points[u, 1], p[2] - points[u, 2]
    d1, d2 = abx * apx + aby * apy + abz * apz, acx * apx + acy * apy + acz * apz
    bb, bc, cc = (
        abx * abx + aby * aby + abz * abz,
        abx * acx + aby * acy + abz * acz,
        acx * acx + acy * acy + acz * acz,
    )
    d3, d4, d5, d6 = d1 - bb, d2 - bc, d1 - bc, d2 - cc
    va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    s, t = 0.0, 0.0
    if d1 <= 0 and d2 <= 0:
        pass
    elif d3 >= 0 and d4 <= d3:
        s = 1.0
    elif d6 >= 0 and d5 <= d6:
        t = 1.0
    elif vc <= 0 and d1 >= 0 and d3 <= 0:
        s = d1 / (d1 - d3)
    elif vb <= 0 and d2 >= 0 and d6 <= 0:
        t = d2 / (d2 - d6)
    elif va <= 0 and d4 - d3 >= 0 and d5 - d6 >= 0:
        t = (d4 - d3) / ((d4 - d3) + (d5 - d6))
        s = 1.0 - t
    elif va + vb + vc > 0:
        s, t = vb / (va + vb + vc), vc / (va + vb + vc)
    x, y, z = apx - s * abx - t * acx, apy - s * aby - t * acy, apz - s * abz - t * acz
    return x * x + y * y + z * z


@outer
def mesh_distance(places, points, faces, low, step, shape, reach, found):
    """Write the distance of each of ``places`` to ``found``; infinity where it is more than ``reach``.

    Parameters
    ----------
    places
        ``(p, 3)``, float64.
    points, faces
        ``(n, 3)``, float64, and ``(m, 3)``, int64.
    low, step, shape
        Boxes that space is sorted by: their corner, the length of their sides, and how many there are along each axis,
        int64. All ``places`` within reach of the surface must lie in them.
    reach
        The largest distance that is looked for.
    found
        ``(p,)``, float64.
    """
    total = shape[0] * shape[1] * shape[2]
    begin = np.zeros(total + 1, np.int64)
    ends = np.zeros((faces.shape[0], 6), np.int64)
    for t in range(faces.shape[0]):
        for axis in range(3):
            a, b, c = points[faces[t, 0], axis], points[faces[t, 1], axis], points[faces[t, 2], axis]
            first = int((min(a, b, c) - reach - low[axis]) // step)
            last = int((max(a, b, c) + reach - low[axis]) // step)
            ends[t, axis] = max(first, 0)
            ends[t, axis + 3] = min(last, shape[axis] - 1)
        for i in range(ends[t, 0], ends[t, 3] + 1):
            for j in range(ends[t, 1], ends[t, 4] + 1):
                for k in range(ends[t, 2], ends[t, 5] + 1):
                    begin[(i * shape[1] + j) * shape[2] + k + 1] += 1
    for n in range(total):
        begin[n + 1] += begin[n]
    at = begin[:total].copy()
    held = np.zeros(begin[total], np.int64)
    for t in range(faces.shape[0]):
        for i in range(ends[t, 0], ends[t, 3] + 1):
            for j in range(ends[t, 1], ends[t, 4] + 1):
                for k in range(ends[t, 2], ends[t, 5] + 1):
                    n = (i * shape[1] + j) * shape[2] + k
                    held[at[n]] = t
                    at[n] += 1
    for p in range(places.shape[0]):
        least = np.inf
        i = int((places[p, 0] - low[0]) // step)
        j = int((places[p, 1] - low[1]) // step)
        k = int((places[p, 2] - low[2]) // step)
        if 0 <= i < shape[0] and 0 <= j < shape[1] and 0 <= k < shape[2]:
            n = (i * shape[1] + j) * shape[2] + k
            for r in range(begin[n], begin[n + 1]):
                t = held[r]
                least = min(least, _to_triangle(places[p], points, faces[t, 0], faces[t, 1], faces[t, 2]))
        found[p] = np.sqrt(least) if least <= reach * reach else np.inf
