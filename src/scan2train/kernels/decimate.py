"""Triangles made fewer by drawing edges together, where the surface stays near all planes that it had there.

Garland & Heckbert (1997): each vertex keeps the sum of squared distances to the planes that have met in it.
"""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import inner, outer


@inner
def _error(q, x, y, z):
    return (
        q[0] * x * x + 2 * q[1] * x * y + 2 * q[2] * x * z + 2 * q[3] * x
        + q[4] * y * y + 2 * q[5] * y * z + 2 * q[6] * y
        + q[7] * z * z + 2 * q[8] * z + q[9]
    )  # fmt: skip


@inner
def _best(q, points, a, b, target):
    """Write the place with the least error to ``target`` and return that error."""
    least = np.inf
    det = (
        q[0] * (q[4] * q[7] - q[5] * q[5])
        - q[1] * (q[1] * q[7] - q[5] * q[2])
        + q[2] * (q[1] * q[5] - q[4] * q[2])
    )
    trace = q[0] + q[4] + q[7]
    # Where planes are nearly one, the best place is far along them, and one of the edge is as good.
    if abs(det) > 1e-3 * trace * trace * trace:
        x = (
            -(
                q[3] * (q[4] * q[7] - q[5] * q[5])
                - q[1] * (q[6] * q[7] - q[5] * q[8])
                + q[2] * (q[6] * q[5] - q[4] * q[8])
            )
            / det
        )
        y = (
            -(
                q[0] * (q[6] * q[7] - q[8] * q[5])
                - q[3] * (q[1] * q[7] - q[5] * q[2])
                + q[2] * (q[1] * q[8] - q[6] * q[2])
            )
            / det
        )
        z = (
            -(
                q[0] * (q[4] * q[8] - q[6] * q[5])
                - q[1] * (q[1] * q[8] - q[6] * q[2])
                + q[3] * (q[1] * q[5] - q[4] * q[2])
            )
            / det
        )
        least = _error(q, x, y, z)
        target[0], target[1], target[2] = x, y, z
    for n in range(3):
        share = 0.5 * n
        x = points[a, 0] + share * (points[b, 0] - points[a, 0])
        y = points[a, 1] + share * (points[b, 1] - points[a, 1])
        z = points[a, 2] + share * (points[b, 2] - points[a, 2])
        error = _error(q, x, y, z)
        if error < least:
            least = error
            target[0], target[1], target[2] = x, y, z
    return max(least, 0.0)


@inner
def _turns(points, faces, refs, begin, end, a, other, target):
    """Whether a triangle about vertex ``a``, but not about ``other``, would turn over or grow thin at ``target``."""
    for n in range(begin, end):
        t = refs[n]
        u, v, w = faces[t, 0], faces[t, 1], faces[t, 2]
        if u < 0 or u == other or v == other or w == other:
            continue
        if v == a:
            u, v, w = v, w, u
        elif w == a:
            u, v, w = w, u, v
        ax, ay, az = points[w, 0] - points[v, 0], points[w, 1] - points[v, 1], points[w, 2] - points[v, 2]
        bx, by, bz = points[u, 0] - points[v, 0], points[u, 1] - points[v, 1], points[u, 2] - points[v, 2]
        cx, cy, cz = target[0] - points[v, 0], target[1] - points[v, 1], target[2] - points[v, 2]
        ox, oy, oz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        nx, ny, nz = ay * cz - az * cy, az * cx - ax * cz, ax * cy - ay * cx
        old = ox * ox + oy * oy + oz * oz
        new = nx * nx + ny * ny + nz * nz
        side = ax * ax + ay * ay + az * az
        longest = max(side, cx * cx + cy * cy + cz * cz)
        # Twice the area, squared, beside the longest side: a triangle forty times as long as it is high is no gain.
        if new < 6e-4 * longest * longest:
            return True
        dot = ox * nx + oy * ny + oz * nz
        if old > 0 and (dot <= 0 or dot * dot < 0.2 * old * new):
            return True
    return False


@outer
def decimate(points, faces, limit, rounds, kept):
    """Draw edges together in place; a triangle that is gone has -1 in its first corner.

    Parameters
    ----------
    points
        ``(n, 3)``, float64.
    faces
        ``(m, 3)``, int64: a closed surface, each edge of which has two triangles.
    limit
        The largest sum of squared distances to planes.
    rounds
        How often all edges are looked at, with a limit that rises; a vertex moves once a round.
    kept
        ``(n,)``, uint8: 1 for vertices that stay where they are.
    """
    n, m = points.shape[0], faces.shape[0]
    quadrics = np.zeros((n, 10))
    for t in range(m):
        u, v, w = faces[t, 0], faces[t, 1], faces[t, 2]
        ax, ay, az = points[v, 0] - points[u, 0], points[v, 1] - points[u, 1], points[v, 2] - points[u, 2]
        bx, by, bz = points[w, 0] - points[u, 0], points[w, 1] - points[u, 1], points[w, 2] - points[u, 2]
        x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        length = np.sqrt(x * x + y * y + z * z)
        if length == 0:
            continue
        x, y, z = x / length, y / length, z / length
        d = -(x * points[u, 0] + y * points[u, 1] + z * points[u, 2])
        for c in range(3):
            at_corner = faces[t, c]
            quadrics[at_corner, 0] += x * x
            quadrics[at_corner, 1] += x * y
            quadrics[at_corner, 2] += x * z
            quadrics[at_corner, 3] += x * d
            quadrics[at_corner, 4] += y * y
            quadrics[at_corner, 5] += y * z
            quadrics[at_corner, 6] += y * d
            quadrics[at_corner, 7] += z * z
            quadrics[at_corner, 8] += z * d
            quadrics[at_corner, 9] += d * d
    begin = np.zeros(n + 1, np.int64)
    at = np.zeros(n, np.int64)
    refs = np.zeros(3 * m, np.int64)
    moved = np.zeros(n, np.int64)
    seen = np.zeros(n, np.int64)
    target = np.zeros(3)
    q = np.zeros(10)
    stamp = 0
    for turn in range(1, rounds + 1):
        allowed = limit * (turn / rounds) ** 2
        for v in range(n + 1):
            begin[v] = 0
        for t in range(m):
            if faces[t, 0] >= 0:
                for c in range(3):
                    begin[faces[t, c] + 1] += 1
        for v in range(n):
            begin[v + 1] += begin[v]
            at[v] = begin[v]
        for t in range(m):
            if faces[t, 0] >= 0:
                for c in range(3):
                    refs[at[faces[t, c]]] = t
                    at[faces[t, c]] += 1
        for t in range(m):
            for c in range(3):
                if faces[t, 0] < 0:
                    break
                a, b = faces[t, c], faces[t, (c + 1) % 3]
                if a > b or moved[a] == turn or moved[b] == turn or kept[a] or kept[b]:
                    continue
                for k in range(10):
                    q[k] = quadrics[a, k] + quadrics[b, k]
                if _best(q, points, a, b, target) > allowed:
                    continue
                # The edge's ends may share no neighbour but the two across from it, each with more than three edges.
                stamp += 2
                for r in range(begin[a], begin[a + 1]):
                    if faces[refs[r], 0] >= 0:
                        for k in range(3):
                            seen[faces[refs[r], k]] = stamp
                shared, thin = 0, False
                for r in range(begin[b], begin[b + 1]):
                    if faces[refs[r], 0] >= 0:
                        for k in range(3):
                            v = faces[refs[r], k]
                            if v != a and v != b and seen[v] == stamp:
                                seen[v] = stamp + 1
                                shared += 1
                                edges = 0
                                for s in range(begin[v], begin[v + 1]):
                                    if faces[refs[s], 0] >= 0:
                                        edges += 1
                                thin = thin or edges <= 3
                if shared != 2 or thin:
                    continue
                if _turns(points, faces, refs, begin[a], begin[a + 1], a, b, target):
                    continue
                if _turns(points, faces, refs, begin[b], begin[b + 1], b, a, target):
                    continue
                for k in range(3):
                    points[a, k] = target[k]
                for k in range(10):
                    quadrics[a, k] = q[k]
                for r in range(begin[b], begin[b + 1]):
                    s = refs[r]
                    if faces[s, 0] < 0:
                        continue
                    if faces[s, 0] == a or faces[s, 1] == a or faces[s, 2] == a:
                        faces[s, 0] = -1
                    else:
                        for k in range(3):
                            if faces[s, k] == b:
                                faces[s, k] = a
                moved[a] = turn
                moved[b] = turn
