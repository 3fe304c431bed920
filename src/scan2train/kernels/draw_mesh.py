"""Triangles seen from one side, nearer ones before others."""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import outer


@outer
def draw_mesh(points, faces, depth, shade):
    """Draw into ``depth``, which holds minus infinity where nothing is, and ``shade``, the cosine towards the eye.

    ``points``, ``(n, 3)``, float64, are column, row (both in pixels) and nearness; ``depth`` and ``shade`` float64.
    """
    for t in range(faces.shape[0]):
        u, v, w = faces[t, 0], faces[t, 1], faces[t, 2]
        ax, ay, az = points[v, 0] - points[u, 0], points[v, 1] - points[u, 1], points[v, 2] - points[u, 2]
        bx, by, bz = points[w, 0] - points[u, 0], points[w, 1] - points[u, 1], points[w, 2] - points[u, 2]
        x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        length = np.sqrt(x * x + y * y + z * z)
        if z == 0 or length == 0:
            continue
        left = int(np.ceil(min(points[u, 0], points[v, 0], points[w, 0])))
        right = int(np.floor(max(points[u, 0], points[v, 0], points[w, 0])))
        top = int(np.ceil(min(points[u, 1], points[v, 1], points[w, 1])))
        foot = int(np.floor(max(points[u, 1], points[v, 1], points[w, 1])))
        for row in range(max(top, 0), min(foot, depth.shape[0] - 1) + 1):
            for column in range(max(left, 0), min(right, depth.shape[1] - 1) + 1):
                px, py = column - points[u, 0], row - points[u, 1]
                s, t2 = (px * by - py * bx) / z, (ax * py - ay * px) / z
                if s < -1e-9 or t2 < -1e-9 or s + t2 > 1 + 1e-9:
                    continue
                near = points[u, 2] + s * az + t2 * bz
                if near > depth[row, column]:
                    depth[row, column] = near
                    shade[row, column] = abs(z) / length
