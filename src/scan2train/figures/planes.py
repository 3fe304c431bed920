"""Slices along the patient's axes, turned as radiologists look at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from scan2train.errors import GridMismatch
from scan2train.grid import closest_axes

if TYPE_CHECKING:
    import numpy.typing as npt

    from scan2train.grid import FloatArray, Grid
    from scan2train.volume import Array, Labels

PlaneName = Literal["axial", "coronal", "sagittal"]

#: For each plane the world axes (0 x, 1 y, 2 z) across and down the picture, and the one it is cut along.
_AXES: dict[PlaneName, tuple[int, int, int]] = {
    "axial": (0, 1, 2),
    "coronal": (0, 2, 1),
    "sagittal": (1, 2, 0),
}
#: Letters at the beginning and the end of each world axis as pictures show it: across from left, down from the top.
_LETTERS = (("R", "L"), ("A", "P"), ("S", "I"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """One slice, ready to be shown: row 0 on top, column 0 on the left.

    ``pixel_mm`` is the size of a pixel across and down; ``letters`` what lies to the left, right, top and bottom,
    empty where there is no patient; ``at_mm`` the place of the slice along its axis in RAS+ mm; ``unit`` mm or px.
    """

    name: PlaneName
    image: Array
    outlines: dict[int, npt.NDArray[np.bool_]]
    pixel_mm: tuple[float, float]
    letters: tuple[str, str, str, str]
    at_mm: float
    unit: str

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height of the picture."""
        rows, columns = self.image.shape[:2]
        return columns * self.pixel_mm[0], rows * self.pixel_mm[1]


def cut(
    array: Array, grid: Grid, name: PlaneName, index: tuple[int, int, int], labels: Array | None = None
) -> Plane:
    """The slice through voxel ``index`` in the radiological convention.

    The patient's right is on the left of axial and coronal pictures, the front on the left of sagittal ones, the head
    or the front on top. On an oblique grid the slice is the one whose axes come closest.
    """
    across, down, along = _AXES[name]
    axis_of = {world: axis for axis, (world, _) in enumerate(closest_axes(grid))}
    sign_of = dict(closest_axes(grid))

    def picture(values: Array) -> Array:
        slice_ = values.take(index[axis_of[along]], axis=axis_of[along])
        if axis_of[across] < axis_of[down]:
            slice_ = slice_.swapaxes(0, 1)
        # Pictures run towards L, P and I, against the growing world axes.
        turned: Array = slice_[:: -sign_of[down], :: -sign_of[across]]
        return turned

    shown = None if labels is None else picture(labels)
    present = [] if shown is None else [int(value) for value in np.unique(shown) if value != 0]
    letters = (*_LETTERS[across], *_LETTERS[down]) if grid.physical else ("", "", "", "")
    return Plane(
        name=name,
        image=picture(array),
        outlines={value: np.asarray(shown == value) for value in present},
        pixel_mm=(grid.spacing[axis_of[across]], grid.spacing[axis_of[down]]),
        letters=letters,
        at_mm=float(grid.to_world(index)[along]),
        unit="mm" if grid.physical else "px",
    )


def choose_index(grid: Grid, labels: Labels | None, at_mm: FloatArray | None) -> tuple[int, int, int]:
    """The voxel that all three planes go through: that at ``at_mm``, the labels' middle, or that of the grid.

    The labels' middle is that of the label with the fewest voxels: of its voxels the one nearest to its centroid,
    so that each plane cuts it.
    """
    place = np.array([(n - 1) / 2 for n in grid.shape])
    if at_mm is not None:
        place = grid.to_index(at_mm)
    elif labels is not None and labels.array.any():
        values, counts = np.unique(labels.array[labels.array != 0], return_counts=True)
        voxels = np.argwhere(labels.array == values[counts.argmin()])
        spacing = np.asarray(grid.spacing)
        away = ((voxels - voxels.mean(axis=0)) * spacing) ** 2
        place = voxels[away.sum(axis=1).argmin()].astype(np.float64)
    i, j, k = np.clip(np.rint(place), 0, np.array(grid.shape) - 1).astype(int)
    return int(i), int(j), int(k)


def require_one_grid(grid: Grid, labels: Labels | None) -> None:
    """Refuse labels that would be drawn at the wrong place.

    Raises
    ------
    GridMismatch
        If the labels lie on another grid.
    """
    if labels is None:
        return
    away = grid.distance_in_voxels(labels.grid)
    if away > 0.5:
        raise GridMismatch(
            "labels and image do not share a grid, so outlines would be misplaced",
            expected=repr(grid),
            found=repr(labels.grid),
            advice="Bring the labels onto the image's grid first.",
        )
