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


@inner
def _nearest(p, points, faces, balls, begin, held, low, step, shape, settled, last):
    """The distance of ``p`` to the triangles that its box holds, and the nearest; not looked for below ``settled``."""
    least, near = np.inf, np.inf
    i = int((p[0] - low[0]) // step)
    j = int((p[1] - low[1]) // step)
    k = int((p[2] - low[2]) // step)
    if i < 0 or i >= shape[0] or j < 0 or j >= shape[1] or k < 0 or k >= shape[2]:
        return np.inf, last
    n = (i * shape[1] + j) * shape[2] + k
    # Places come in order, mostly: what was nearest to the last one is near to this one.
    if last >= 0:
        least = _to_triangle(p, points, faces[last, 0], faces[last, 1], faces[last, 2])
        near = np.sqrt(least)
    for r in range(begin[n], begin[n + 1]):
        if near <= settled:
            break
        t = held[r]
        x, y, z = p[0] - balls[t, 0], p[1] - balls[t, 1], p[2] - balls[t, 2]
        most = near + balls[t, 3]
        if x * x + y * y + z * z > most * most:
            continue
        apart = _to_triangle(p, points, faces[t, 0], faces[t, 1], faces[t, 2])
        if apart < least:
            least, near, last = apart, np.sqrt(apart), t
    return near, last


@inner
def _rows(points, u, v, w, dense):
    """In how many rows of small triangles the places within a triangle lie."""
    longest = 0.0
    for a, b in ((u, v), (v, w), (w, u)):
        x, y, z = points[a, 0] - points[b, 0], points[a, 1] - points[b, 1], points[a, 2] - points[b, 2]
        longest = max(longest, x * x + y * y + z * z)
    return min(max(int(np.ceil(np.sqrt(longest) / dense)), 1), 64)


@outer
def mesh_distance(
    corners, triangles, at_corners, at_triangles, dense, points, faces, low, step, shape, reach, enough, worst
):
    """Measure how far one surface lies from another, at its corners and at places within its triangles.

    No place is looked at longer than until it is known to lie no farther than another one, and than ``enough``. What is
    written may then be too much; neither the largest of all nor any that is more than ``enough`` is.

    Parameters
    ----------
    corners, triangles
        The one: ``(n, 3)``, float64, and ``(m, 3)``, int64. Triangles with -1 in the first corner are gone.
    at_corners, at_triangles
        ``(n,)`` and ``(m,)``, float64: NaN where the distance of a corner, or the largest within a triangle, is asked
        for. It is written there; infinity where it is more than ``reach``.
    dense
        Places within a triangle lie as far apart.
    points, faces
        The other, likewise.
    low, step, shape
        Boxes that space is sorted by: their corner, the length of their sides, and how many there are along each axis,
        int64. All places within reach of the other must lie in them.
    reach
        The largest distance that is looked for.
    enough
        Smaller distances are told apart only as far as the largest of all needs it.
    worst
        A distance that was found already.
    """
    total = shape[0] * shape[1] * shape[2]
    begin = np.zeros(total + 1, np.int64)
    ends = np.zeros((faces.shape[0], 6), np.int64)
    for t in range(faces.shape[0]):
        if faces[t, 0] < 0:
            ends[t, 3] = -1
            continue
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
    balls = np.empty((faces.shape[0], 4))
    for t in range(faces.shape[0]):
        if faces[t, 0] >= 0:
            _ball(points, faces[t, 0], faces[t, 1], faces[t, 2], balls[t])
        for i in range(ends[t, 0], ends[t, 3] + 1):
            for j in range(ends[t, 1], ends[t, 4] + 1):
                for k in range(ends[t, 2], ends[t, 5] + 1):
                    n = (i * shape[1] + j) * shape[2] + k
                    held[at[n]] = t
                    at[n] += 1
    last = -1
    limit = reach * (1 + 1e-12)
    for n in range(corners.shape[0]):
        if np.isnan(at_corners[n]):
            near, last = _nearest(
                corners[n], points, faces, balls, begin, held, low, step, shape, min(worst, enough), last
            )
            at_corners[n] = near if near <= limit else np.inf
            worst = max(worst, at_corners[n])
    p = np.zeros(3)
    for t in range(triangles.shape[0]):
        if triangles[t, 0] < 0 or not np.isnan(at_triangles[t]):
            continue
        u, v, w = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        rows = _rows(corners, u, v, w, dense)
        most = 0.0
        for a in range(rows):
            for b in range(rows - a):
                first, second = (a + 1 / 3) / rows, (b + 1 / 3) / rows
                for axis in range(3):
                    p[axis] = (
                        first * corners[u, axis]
                        + second * corners[v, axis]
                        + (1 - first - second) * corners[w, axis]
                    )
                near, last = _nearest(
                    p, points, faces, balls, begin, held, low, step, shape, min(worst, enough), last
                )
                near = near if near <= limit else np.inf
                most = max(most, near)
                worst = max(worst, near)
        at_triangles[t] = most
