"""Triangles in world millimetres, and whether they close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Faces = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surface:
    """Points ``(n, 3)``, RAS+ mm, and triangles ``(m, 3)`` of them, counterclockwise seen from outside."""

    points: FloatArray
    faces: Faces

    @property
    def volume_mm3(self) -> float:
        """What it holds; less than 0 where it is turned inside out."""
        a, b, c = (self.points[self.faces[:, n]] for n in range(3))
        middle = self.points.mean(axis=0)
        return float(np.einsum("ti,ti->", a - middle, np.cross(b - middle, c - middle)) / 6)

    @property
    def area_mm2(self) -> float:
        """The area of its triangles."""
        a, b, c = (self.points[self.faces[:, n]] for n in range(3))
        return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closedness:
    """Edges that do not close, edges with more than two triangles, and separate pieces.

    An edge closes where as many of its triangles turn one way as the other. Four of them lie at one where two corners
    of a thing touch along it: nothing is open there.
    """

    open_edges: int
    crowded_edges: int
    pieces: int

    @property
    def watertight(self) -> bool:
        """Whether each edge closes."""
        return not self.open_edges


def closedness(surface: Surface) -> Closedness:
    """Look at each edge of a surface."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(surface.points)
    starts, ends = (np.concatenate([surface.faces[:, (c + d) % 3] for c in range(3)]) for d in (0, 1))
    forth = starts * n + ends
    edges, at = np.unique(np.minimum(forth, ends * n + starts), return_inverse=True)
    turns = np.bincount(at, np.where(starts < ends, 1, -1), minlength=len(edges))
    times = np.bincount(at, minlength=len(edges))
    graph = coo_array((np.ones(len(starts), np.int8), (starts, ends)), shape=(n, n))
    pieces, names = connected_components(graph, directed=False)
    used = np.unique(names[surface.faces[:, 0]]).size if len(surface.faces) else 0
    return Closedness(
        open_edges=int((turns != 0).sum()),
        crowded_edges=int((times > 2).sum()),
        pieces=int(min(used, pieces)),
    )
