"""A surface smoothed without shrinking (Taubin 1995)."""

from __future__ import annotations

import numpy as np

from scan2train.tools.mesh.surface import Faces, FloatArray, Surface

#: A step inwards, and a longer one outwards: what is finer than some ten edges goes, what is coarser stays.
_IN, _OUT = 0.5, -0.53
#: A piece that would lose more than this share of its volume is finer than that, and stays as it is.
_MOST_LOST = 0.5


def smooth(surface: Surface, rounds: int, most_mm: float) -> Surface:
    """The surface after so many pairs of steps, no point of it moved by more than ``most_mm``.

    Pieces of a few voxels, which would shrink to nothing, keep their stairs.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not rounds:
        return surface
    n = len(surface.points)
    starts, ends = (np.concatenate([surface.faces[:, (c + d) % 3] for c in range(3)]) for d in (0, 1))
    neighbours = coo_array((np.ones(len(starts)), (starts, ends)), shape=(n, n)).tocsr()
    neighbours = (neighbours + neighbours.T).tocsr()
    neighbours.data[:] = 1
    number = np.maximum(neighbours.sum(axis=1), 1)[:, None]
    points = surface.points
    for _ in range(rounds):
        for step in (_IN, _OUT):
            points = points + step * (neighbours @ points / number - points)
    moved = points - surface.points
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    moved *= np.minimum(1, most_mm / np.maximum(length, most_mm))
    _, pieces = connected_components(neighbours, directed=False)
    of_faces = pieces[surface.faces[:, 0]]
    before, after = (
        np.abs(np.bincount(of_faces, _held(points, surface.faces), minlength=pieces.max() + 1))
        for points in (surface.points, surface.points + moved)
    )
    moved[(after < (1 - _MOST_LOST) * before)[pieces]] = 0
    return Surface(points=surface.points + moved, faces=surface.faces)


def _held(points: FloatArray, faces: Faces) -> FloatArray:
    """What each triangle adds to the volume within, mm³."""
    a, b, c = (points[faces[:, n]] - points.mean(axis=0) for n in range(3))
    volumes: FloatArray = np.einsum("ti,ti->t", a, np.cross(b, c)) / 6
    return volumes
