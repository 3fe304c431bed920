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
#: The plane across each world axis.
_ACROSS: tuple[PlaneName, ...] = ("sagittal", "coronal", "axial")
ALL_PLANES: tuple[PlaneName, ...] = ("axial", "coronal", "sagittal")
#: Grids that are turned by less are not called oblique, and those sheared by less not tilted.
_OBLIQUE_DEG = 0.1
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
        # A view: take() would copy the whole array where it is not stored in C order.
        slice_ = values[(slice(None),) * axis_of[along] + (index[axis_of[along]],)]
        if axis_of[across] < axis_of[down]:
            slice_ = slice_.swapaxes(0, 1)
        if not grid.physical:
            return np.asarray(slice_)  # there is no patient to be turned: the first row is on top
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


def worth_showing(grid: Grid) -> tuple[PlaneName, ...]:
    """The planes that a grid has: one where there is a single slice."""
    thin = [axis for axis, n in enumerate(grid.shape) if n == 1]
    return ALL_PLANES if len(thin) != 1 else (_ACROSS[closest_axes(grid)[thin[0]][0]],)


def own_plane(grid: Grid) -> PlaneName:
    """The plane that was scanned: across the axis with a single slice or the widest spacing; else axial."""
    if len(worth := worth_showing(grid)) == 1:
        return worth[0]
    widest = int(np.argmax(grid.spacing))
    others = [mm for axis, mm in enumerate(grid.spacing) if axis != widest]
    return _ACROSS[closest_axes(grid)[widest][0]] if grid.spacing[widest] > 1.05 * max(others) else "axial"


def across(grid: Grid, name: PlaneName) -> tuple[int, int]:
    """The axis of ``(i, j, k)`` that a plane's slices follow one another along, and the sign that leads to R, A, S."""
    along = _AXES[name][2]
    return next((axis, sign) for axis, (world, sign) in enumerate(closest_axes(grid)) if world == along)


def in_words(grid: Grid) -> str:
    """Size, spacing and axes of a grid; of an oblique or tilted one, that its own slices are drawn."""
    size = "×".join(str(n) for n in grid.shape) + " voxels"
    if not grid.physical:
        return f"{size} · pixels"
    parts = [size, f"{' × '.join(f'{s:.3g}' for s in grid.spacing)} mm", grid.orientation]
    turned = max(
        float(np.degrees(np.arccos(np.clip(abs(grid.direction[world, axis]), 0, 1))))
        for axis, (world, _) in enumerate(closest_axes(grid))
    )
    sheared = float(np.degrees(np.arcsin(np.clip(grid.shear, 0, 1))))
    if turned >= _OBLIQUE_DEG:
        parts.append(f"own slices, {turned:.1f}° off these axes")
    if sheared >= _OBLIQUE_DEG:
        parts.append(f"tilted by {sheared:.1f}°, drawn straight")
    return " · ".join(parts)


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
