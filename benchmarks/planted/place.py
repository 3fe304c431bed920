"""Scans whose values tell their place: what was read can be judged wherever it claims to lie, on any grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scan2train.grid import Grid, parse_orientation
from scan2train.volume import Volume

#: Units per mm along x, y, z (RAS+): no two neighbours of a voxel have its value, and no two axes the same slope.
SLOPES = np.array([31.0, -17.0, 23.0])
#: Centre of every scan, RAS+ mm.
CENTRE = np.array([3.0, -4.0, 17.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One volume that a reader must find: ``add`` tells it from the others of its case."""

    grid: Grid
    add: float = 0.0

    def volume(self) -> Volume:
        """The scan itself, whole numbers."""
        index = np.stack(np.meshgrid(*map(np.arange, self.grid.shape), indexing="ij"), axis=-1)
        values = np.rint(value_at(self.grid.to_world(index)) + self.add)
        return Volume(array=values.astype(np.int16), grid=self.grid, unit="HU")


def value_at(points_mm: np.ndarray) -> np.ndarray:
    """The value that a scan has at RAS+ points, before rounding."""
    return 100.0 + (points_mm - CENTRE) @ SLOPES


def grid(
    orientation: str = "LPS",
    *,
    shape: Sequence[int] = (17, 14, 10),
    spacing: Sequence[float] = (1.3, 1.7, 2.5),
    tilt_deg: float = 0.0,
    turned_deg: Sequence[float] = (0.0, 0.0, 0.0),
) -> Grid:
    """A grid about the common centre: along the patient's axes, or turned about x, y and z, or tilted about i."""
    steps = np.zeros((3, 3))
    for axis, (world, sign) in enumerate(parse_orientation(orientation)):
        steps[world, axis] = sign * spacing[axis]
    for axis, angle in enumerate(np.radians(turned_deg)):
        turn = np.eye(3)
        a, b = (axis + 1) % 3, (axis + 2) % 3
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
        steps = turn @ steps
    steps[:, 2] += steps[:, 1] / spacing[1] * spacing[2] * np.tan(np.radians(tilt_deg))
    affine = np.eye(4)
    affine[:3, :3] = steps
    affine[:3, 3] = CENTRE - steps @ ((np.array(shape) - 1) / 2)
    return Grid((shape[0], shape[1], shape[2]), affine)
