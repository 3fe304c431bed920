"""The planes that an image is looked at in: where each of their pixels lies in the patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from scan2train.errors import GridMismatch, WrongUse
from scan2train.grid import FloatArray, Grid, closest_axes

PlaneName = Literal["axial", "coronal", "sagittal"]
Mode = Literal["voxel", "patient"]

NAMES: Final[tuple[PlaneName, ...]] = ("axial", "coronal", "sagittal")
MODES: Final[tuple[Mode, ...]] = ("voxel", "patient")

#: World axes (0 x, 1 y, 2 z) across and down a picture, and the one from slice to slice.
_AXES: Final[dict[PlaneName, tuple[int, int, int]]] = {
    "axial": (0, 1, 2),
    "coronal": (0, 2, 1),
    "sagittal": (1, 2, 0),
}
#: Where they run in RAS+: pictures to the left, back and feet; slices towards the head, the front and the left.
_ACROSS_AND_DOWN = -1
_BETWEEN: Final[dict[PlaneName, int]] = {"axial": 1, "coronal": 1, "sagittal": -1}
#: A side of a reformatted picture has no more pixels than this, unless the image itself has.
_MOST_PIXELS = 2048


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Planes:
    """Parallel planes of one size in the radiological convention.

    Parameters
    ----------
    width, height, count
        Pixels across, pixels down, and slices.
    affine
        4×4, maps (column, row, slice, 1) to RAS+ mm, pixel centres: as that of a :class:`Grid`.
    physical
        Whether these are millimetres; pixels otherwise.
    """

    width: int
    height: int
    count: int
    affine: FloatArray
    physical: bool = True

    def grid(self, first: int, slices: int = 1) -> Grid:
        """The grid (column, row, slice) of some slices that follow one another; may begin outside."""
        affine = self.affine.copy()
        affine[:3, 3] += first * affine[:3, 2]
        return Grid((self.width, self.height, slices), affine, self.physical)

    def require_same_world(self, grid: Grid) -> None:
        """See that what lies on ``grid`` has a place on these planes: both in millimetres, or both in pixels.

        Raises
        ------
        GridMismatch
            If one of them has no patient geometry.
        """
        if grid.physical != self.physical:
            units = {True: "millimetres", False: "pixels"}
            raise GridMismatch(
                "an image without patient geometry has no place on one that has it",
                expected=f"an image in {units[self.physical]}",
                found=f"one in {units[grid.physical]}",
                advice="Look at the two one after the other.",
            )

    def to_json(self) -> dict[str, object]:
        """Sizes, and steps in RAS+ mm."""
        right, down, step, origin = (self.affine[:3, at].tolist() for at in range(4))
        return {
            "width": self.width,
            "height": self.height,
            "count": self.count,
            "origin_mm": origin,
            "right_mm": right,
            "down_mm": down,
            "step_mm": step,
            "spacing_mm": np.linalg.norm(self.affine[:3, :3], axis=0).tolist(),
        }


def planes_of(grid: Grid, mode: str, name: str) -> Planes:
    """The planes of a grid.

    Parameters
    ----------
    mode
        ``voxel``: slices of the grid itself, named after the patient's axes that they come closest to.
        ``patient``: true anatomical planes, through the whole grid, as far apart as its closest voxels are; without
        patient geometry the same as ``voxel``.
    name
        ``axial``, ``coronal`` or ``sagittal``.

    Raises
    ------
    WrongUse
        If a word is unknown.
    """
    for word, known in ((mode, MODES), (name, NAMES)):
        if word not in known:
            raise WrongUse("there are no such planes", expected=" or ".join(known), found=repr(word)[:40])
    plane = next(one for one in NAMES if one == name)
    return _of_patient(grid, plane) if mode == "patient" and grid.physical else _of_lattice(grid, plane)


def _of_lattice(grid: Grid, name: PlaneName) -> Planes:
    axis_of = {world: (axis, sign) for axis, (world, sign) in enumerate(closest_axes(grid))}
    across, down, between = _AXES[name]
    affine = np.eye(4)
    affine[:3, 3] = grid.origin
    wanted = (_ACROSS_AND_DOWN, _ACROSS_AND_DOWN, _BETWEEN[name])
    if not grid.physical:  # there is no patient to be turned: the first row is on top
        wanted = (axis_of[across][1], axis_of[down][1], axis_of[between][1])
    sizes = []
    for at, (world, way) in enumerate(zip((across, down, between), wanted, strict=True)):
        axis, sign = axis_of[world]
        step = grid.affine[:3, axis] * (sign * way)
        affine[:3, at] = step
        if sign != way:  # counted from the other end
            affine[:3, 3] -= step * (grid.shape[axis] - 1)
        sizes.append(grid.shape[axis])
    return Planes(width=sizes[0], height=sizes[1], count=sizes[2], affine=affine, physical=grid.physical)


def _of_patient(grid: Grid, name: PlaneName) -> Planes:
    corners = grid.corners()
    low, high = corners.min(axis=0), corners.max(axis=0)
    most = max(_MOST_PIXELS, *grid.shape)
    spacing = max(min(grid.spacing), float((high - low).max()) / most)
    counts = np.maximum(np.ceil((high - low) / spacing - 1e-6), 1).astype(int)
    affine = np.eye(4)
    affine[:3, :3] = 0.0
    middle = (low + high) / 2
    wanted = (_ACROSS_AND_DOWN, _ACROSS_AND_DOWN, _BETWEEN[name])
    for at, (world, way) in enumerate(zip(_AXES[name], wanted, strict=True)):
        affine[world, at] = spacing * way
        affine[world, 3] = middle[world] - way * spacing * (counts[world] - 1) / 2
    across, down, between = (int(counts[world]) for world in _AXES[name])
    return Planes(width=across, height=down, count=between, affine=affine, physical=grid.physical)
