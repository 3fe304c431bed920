"""Painting of simple bodies, given in patient millimetres, onto any grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scan2train.grid import Grid
    from scan2train.volume import Array

Point = tuple[float, float, float]
Block = tuple[slice, slice, slice]
_INF = float("inf")


class Body(Protocol):
    """Something with an inside; ``box`` are its smallest and largest coordinates in RAS+ mm."""

    @property
    def box(self) -> tuple[Point, Point]:
        """Opposite corners of a box around it; may be infinite."""

    def inside(self, x: Array, y: Array, z: Array) -> npt.NDArray[np.bool_]:
        """Whether points (RAS+ mm, broadcast against one another) lie inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipsoid:
    """A superellipsoid along the patient's axes; an infinite radius makes it a cylinder along that axis.

    ``low`` and ``high`` (RAS+ mm) cut off what lies beyond them.
    """

    centre: Point
    radii: Point
    power: float = 2.0
    low: Point = (-_INF, -_INF, -_INF)
    high: Point = (_INF, _INF, _INF)

    @property
    def box(self) -> tuple[Point, Point]:
        """Opposite corners of a box around it."""
        low = np.maximum(np.subtract(self.centre, self.radii), self.low)
        high = np.minimum(np.add(self.centre, self.radii), self.high)
        return _point(low), _point(high)

    def inside(self, x: Array, y: Array, z: Array) -> npt.NDArray[np.bool_]:
        """Whether points lie inside."""
        total: Array | float = 0.0
        within: Array | bool = True
        for at, centre, radius, low, high in zip(
            (x, y, z), self.centre, self.radii, self.low, self.high, strict=True
        ):
            if np.isfinite(radius):
                total = total + np.abs((at - centre) / radius) ** self.power
            if np.isfinite(low) or np.isfinite(high):
                within = within & (at >= low) & (at <= high)
        return np.asarray((total <= 1) & within)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capsule:
    """A rod with round ends."""

    start: Point
    end: Point
    radius: float

    @property
    def box(self) -> tuple[Point, Point]:
        """Opposite corners of a box around it."""
        low = np.minimum(self.start, self.end) - self.radius
        return _point(low), _point(np.maximum(self.start, self.end) + self.radius)

    def inside(self, x: Array, y: Array, z: Array) -> npt.NDArray[np.bool_]:
        """Whether points lie inside."""
        along = np.subtract(self.end, self.start)
        length = float(along @ along)
        at = [point - start for point, start in zip((x, y, z), self.start, strict=True)]
        share = np.clip(sum(a * d for a, d in zip(at, along, strict=True)) / length, 0, 1)
        square = sum((a - share * d) ** 2 for a, d in zip(at, along, strict=True))
        return np.asarray(square <= self.radius**2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Values on a grid, kept as ``(k, j, i)`` in C order like a DICOM stack."""

    grid: Grid
    values: npt.NDArray[np.float32]

    @classmethod
    def blank(cls, grid: Grid, value: float) -> Canvas:
        """A canvas of one value."""
        return cls(grid=grid, values=np.full(grid.shape[::-1], value, dtype=np.float32))

    def paint(self, body: Body, value: float) -> None:
        """Set the inside of a body to one value."""
        block = block_around(self.grid, *body.box)
        if any(part.start >= part.stop for part in block):
            return
        inside = body.inside(*world_axes(self.grid, block, np.float32))
        np.copyto(self.values[block[::-1]], np.float32(value), where=inside)

    def mask(self, body: Body) -> npt.NDArray[np.bool_]:
        """``(k, j, i)`` mask of a body's inside."""
        made = np.zeros(self.values.shape, dtype=np.bool_)
        block = block_around(self.grid, *body.box)
        if all(part.start < part.stop for part in block):
            made[block[::-1]] = body.inside(*world_axes(self.grid, block, np.float32))
        return made


def block_around(grid: Grid, low: Point, high: Point) -> Block:
    """The voxels ``(i, j, k)`` whose centres may lie in a box of RAS+ mm, limited to the grid."""
    corners = grid.corners()
    low_mm = np.maximum(low, corners.min(axis=0))
    high_mm = np.minimum(high, corners.max(axis=0))
    if (low_mm > high_mm).any():
        return slice(0, 0), slice(0, 0), slice(0, 0)
    ends = np.array(np.meshgrid(*zip(low_mm, high_mm, strict=True))).reshape(3, -1).T
    indices = grid.to_index(ends)
    first = np.maximum(np.floor(indices.min(axis=0)), 0).astype(int)
    last = np.minimum(np.ceil(indices.max(axis=0)) + 1, grid.shape).astype(int)
    return slice(first[0], last[0]), slice(first[1], last[1]), slice(first[2], last[2])


def world_axes(grid: Grid, block: Block, dtype: npt.DTypeLike) -> tuple[Array, Array, Array]:
    """``x, y, z`` (RAS+ mm) of a block's voxel centres, broadcastable to ``(k, j, i)``.

    On a grid along the patient's axes each depends on one index alone and stays that small.
    """
    axes = []
    for row in grid.affine[:3]:
        total = np.full((1, 1, 1), row[3])
        for axis, part in enumerate(block):
            if abs(row[axis]) * grid.shape[axis] > 1e-9:
                shape = [1, 1, 1]
                shape[2 - axis] = -1
                total = total + (row[axis] * np.arange(part.start, part.stop)).reshape(shape)
        axes.append(total.astype(dtype))
    return axes[0], axes[1], axes[2]


def _point(values: npt.ArrayLike) -> Point:
    x, y, z = np.asarray(values, dtype=np.float64)
    return float(x), float(y), float(z)
