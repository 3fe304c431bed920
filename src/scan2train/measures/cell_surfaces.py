"""Marching cubes of a mask without a mesh: what each of the 256 kinds of cells adds to area and volume.

The surface of a mask runs through the middle between a voxel of it and one that is none, so that a cell between eight
voxels holds the same few triangles whenever it has the same corners. Counting cells by their corners is all that area
and volume need.

Where two corners of a face lie across from one another they are joined, as voxels that touch at an edge are one piece.
A loop of more than three edges is cut into triangles so that fewer corners bulge out: those of up to four corners as
far as they can, others as little as they can. That is what the usual tables do, but no kind of cell comes out otherwise
where it is turned or mirrored; where several cuts do so, their mean counts.

Scores go by another table, :mod:`scan2train.measures.surface_area`, as they are published with it.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

#: Corner b lies at (b & 1, b >> 1 & 1, b >> 2 & 1).
_CORNERS: FloatArray = np.array([[b & 1, b >> 1 & 1, b >> 2 & 1] for b in range(8)], dtype=np.float64)
_EDGES = [(a, b) for a, b in combinations(range(8), 2) if (a ^ b).bit_count() == 1]
_MIDDLES: FloatArray = np.array([(_CORNERS[a] + _CORNERS[b]) / 2 for a, b in _EDGES])


def area_of_cells(cells: npt.NDArray[np.int64], matrix: FloatArray) -> float:
    """The area of a surface from its cells, ``(256,)`` counts by corners, in the square of the unit of ``matrix``.

    ``matrix``, 3×3, takes steps of indices to steps in the world: also a sheared or mirrored one.
    """
    kinds, weights, sides = _triangles()
    areas = weights * np.linalg.norm(np.cross(sides[:, 0] @ matrix.T, sides[:, 1] @ matrix.T), axis=1) / 2
    return float(cells @ np.bincount(kinds, areas, minlength=256))


def volume_of_cells(cells: npt.NDArray[np.int64], matrix: FloatArray) -> float:
    """The volume within a surface, in the cube of the unit of ``matrix``; as :func:`area_of_cells`."""
    return float(cells @ _volumes()) * abs(float(np.linalg.det(matrix)))


@cache
def _surfaces() -> tuple[tuple[tuple[float, FloatArray], ...], ...]:
    """For each kind of cell its triangles ``(3, 3)``, turned outward, each with its weight."""
    return tuple(
        tuple(one for loop in _loops(kind) for one in _cut(_MIDDLES[loop], bulge=kind.bit_count() <= 4))
        for kind in range(256)
    )


@cache
def _triangles() -> tuple[npt.NDArray[np.intp], FloatArray, FloatArray]:
    """All triangles in a row: of which kind, their weights, and two sides of each, ``(n, 2, 3)``."""
    every = [(kind, weight, corners) for kind, those in enumerate(_surfaces()) for weight, corners in those]
    sides = [[corners[1] - corners[0], corners[2] - corners[0]] for _, _, corners in every]
    return np.array([kind for kind, _, _ in every]), np.array([one for _, one, _ in every]), np.array(sides)


@cache
def _volumes() -> FloatArray:
    """What each kind holds within its cell of volume 1: the flux of (0, 0, z) through what bounds it."""
    found = np.zeros(256)
    for kind, those in enumerate(_surfaces()):
        flux = sum(w * np.cross(c[1] - c[0], c[2] - c[0])[2] / 2 * c[:, 2].mean() for w, c in those)
        found[kind] = flux + _share_of_face(kind >> 4)
    return found


def _share_of_face(corners: int) -> float:
    """The part of a face within, by its four corners as bits."""
    diagonal = corners in (0b0110, 0b1001)
    return (0, 1 / 8, 3 / 4 if diagonal else 1 / 2, 7 / 8, 1)[corners.bit_count()]


def _loops(kind: int) -> list[list[int]]:
    """The closed loops of edges along which the surface leaves a cell, counterclockwise seen from outside it."""
    follows: dict[int, int] = {}
    for axis in range(3):
        u, v = 1 << (axis + 1) % 3, 1 << (axis + 2) % 3
        for side in (0, 1 << axis):
            round_it = [side, side | u, side | u | v, side | v]
            if not side:
                round_it.reverse()
            # Where the way round a face leaves what is within, a line begins that ends where the way next enters.
            crossed = [
                (bool(kind >> a & 1), _EDGES.index((min(a, b), max(a, b))))
                for a, b in pairwise([*round_it, round_it[0]])
                if (kind >> a ^ kind >> b) & 1
            ]
            for n, (leaves, edge) in enumerate(crossed):
                if leaves:
                    follows[crossed[(n + 1) % len(crossed)][1]] = edge
    loops = []
    while follows:
        first, edge = follows.popitem()
        loop = [first]
        while edge != first:
            loop.append(edge)
            edge = follows.pop(edge)
        loops.append(loop)
    return loops


def _cut(points: FloatArray, *, bulge: bool) -> list[tuple[float, FloatArray]]:
    """The triangles of a loop, those that hold the most where it is to ``bulge``, and the least where not."""
    ways = [points[np.array(way)] for way in _ways(0, len(points) - 1)]
    held = np.array([np.einsum("ti,ti->", way[:, 0], np.cross(way[:, 1], way[:, 2])) for way in ways])
    best = np.flatnonzero(np.isclose(held, held.max() if bulge else held.min()))
    return [(1 / len(best), triangle) for n in best.tolist() for triangle in ways[n]]


def _ways(first: int, last: int) -> list[list[tuple[int, int, int]]]:
    """All ways to cut the corners ``first … last`` of a polygon into triangles."""
    if last - first < 2:
        return [[]]
    return [
        [*one, *two, (first, middle, last)]
        for middle in range(first + 1, last)
        for one in _ways(first, middle)
        for two in _ways(middle, last)
    ]
