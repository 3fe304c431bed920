"""A surface smoothed without shrinking (Taubin 1995)."""

from __future__ import annotations

import numpy as np

from scan2train.tools.mesh.surface import Surface

#: A step inwards, and a longer one outwards: what is finer than some ten edges goes, what is coarser stays.
_IN, _OUT = 0.5, -0.53


def smooth(surface: Surface, rounds: int, most_mm: float) -> Surface:
    """The surface after so many pairs of steps, no point of it moved by more than ``most_mm``."""
    from scipy.sparse import coo_array

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
    return Surface(points=surface.points + moved, faces=surface.faces)
