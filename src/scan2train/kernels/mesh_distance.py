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


@inner
def _ball(points, u, v, w, ball):
    """Write centre and radius of a ball about a triangle, a little larger than need be."""
    most = 0.0
    for axis in range(3):
        ball[axis] = (points[u, axis] + points[v, axis] + points[w, axis]) / 3
    for corner in (u, v, w):
        x, y, z = points[corner, 0] - ball[0], points[corner, 1] - ball[1], points[corner, 2] - ball[2]
        most = max(most, x * x + y * y + z * z)
    ball[3] = np.sqrt(most) * (1 + 1e-9) + 1e-9


@outer
def mesh_distance(places, points, faces, low, step, shape, reach, enough, found):
    """Write the distance of each of ``places`` to ``found``; infinity where it is more than ``reach``.

    No place is looked at longer than until it is known to lie no farther than another one, and than ``enough``. What is
    written for it may then be too much; neither the largest of all nor any that is more than ``enough`` is.

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
    enough
        Smaller distances are told apart only as far as the largest of all needs it.
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
    balls = np.empty((faces.shape[0], 4))
    for t in range(faces.shape[0]):
        _ball(points, faces[t, 0], faces[t, 1], faces[t, 2], balls[t])
    last, worst = -1, 0.0
    for p in range(places.shape[0]):
        least, near = np.inf, np.inf
        settled = min(worst, enough)
        i = int((places[p, 0] - low[0]) // step)
        j = int((places[p, 1] - low[1]) // step)
        k = int((places[p, 2] - low[2]) // step)
        if 0 <= i < shape[0] and 0 <= j < shape[1] and 0 <= k < shape[2]:
            n = (i * shape[1] + j) * shape[2] + k
            # Places come in order, mostly: what was nearest to the last one is near to this one.
            if last >= 0:
                least = _to_triangle(places[p], points, faces[last, 0], faces[last, 1], faces[last, 2])
                near = np.sqrt(least)
            for r in range(begin[n], begin[n + 1]):
                if near <= settled:
                    break
                t = held[r]
                x, y, z = places[p, 0] - balls[t, 0], places[p, 1] - balls[t, 1], places[p, 2] - balls[t, 2]
                most = near + balls[t, 3]
                if x * x + y * y + z * z > most * most:
                    continue
                apart = _to_triangle(places[p], points, faces[t, 0], faces[t, 1], faces[t, 2])
                if apart < least:
                    least, near, last = apart, np.sqrt(apart), t
        found[p] = near if least <= reach * reach else np.inf
        worst = max(worst, found[p])
