"""The shape of each class of a mask: voxels, moments, and the cells of its surface, in one pass over all classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.measures.cell_surfaces import area_of_cells, volume_of_cells
from scan2train.measures.label_values import as_stored, counts
from scan2train.volume import Labels

FloatArray = npt.NDArray[np.float64]

#: Ranks are kept in 16 bits.
_MOST = 65_535
#: Whole numbers as far apart as this are ranked by a table.
_TABLE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabelShape:
    """One class, in indices.

    ``first`` and ``last`` index along each axis, both within; ``centroid`` and ``covariance`` of the voxels' indices
    (division by one less than their number; 0 of a single voxel); ``cells``, ``(256,)``, counts the cells of its
    surface by their corners.
    """

    value: int
    voxels: int
    first: tuple[int, int, int]
    last: tuple[int, int, int]
    centroid: FloatArray
    covariance: FloatArray
    cells: npt.NDArray[np.int64]

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """The box as slices of an array."""
        i, j, k = (slice(a, b + 1) for a, b in zip(self.first, self.last, strict=True))
        return i, j, k

    def area_mm2(self, matrix: FloatArray) -> float:
        """Area of the surface; ``matrix`` is the 3×3 part of the affine."""
        return area_of_cells(self.cells, matrix)

    def volume_mm3(self, matrix: FloatArray) -> float:
        """Volume within the surface."""
        return volume_of_cells(self.cells, matrix)


def shapes_of(labels: Labels) -> tuple[LabelShape, ...]:
    """One shape for each class of a mask but the background, by rising value; the mask ends at the grid's border.

    Raises
    ------
    WrongUse
        If there are more than 65,535 classes, or a value is too large.
    """
    from scan2train.kernels.label_cells import label_cells

    numbers = {value: n for value, n in counts(labels).items() if value != 0}
    if not numbers:
        return ()
    array = as_stored(labels)
    values = np.array(sorted(numbers), dtype=np.int64)
    if len(values) > _MOST:
        raise WrongUse("there are too many classes", expected=f"{_MOST} at most", found=len(values))
    cells = np.zeros((len(values) + 1, 256), np.int64)
    sums = np.zeros((len(values) + 1, 9), np.int64)
    ends = np.zeros((len(values) + 1, 6), np.int64)
    ends[:, :3], ends[:, 3:] = np.iinfo(np.int64).max, -1
    label_cells(_ranks(array, values), cells, sums, ends)
    return tuple(
        _shape(int(value), numbers[int(value)], sums[n], ends[n], cells[n])
        for n, value in enumerate(values, start=1)
    )


def _shape(
    value: int,
    voxels: int,
    sums: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
) -> LabelShape:
    x, y, z, xx, yy, zz, xy, xz, yz = (int(one) for one in sums)
    first = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]], dtype=object)
    along = np.array([x, y, z], dtype=object)
    # In whole numbers of any length: two large numbers are taken from one another.
    covariance = (first * voxels - np.outer(along, along)).astype(np.float64) / (voxels * max(voxels - 1, 1))
    low, high = ends[:3].tolist(), ends[3:].tolist()
    return LabelShape(
        value=value,
        voxels=voxels,
        first=(low[0], low[1], low[2]),
        last=(high[0], high[1], high[2]),
        centroid=np.array([x / voxels, y / voxels, z / voxels]),
        covariance=covariance,
        cells=cells,
    )


def _ranks(array: npt.NDArray[np.integer], values: npt.NDArray[np.int64]) -> npt.NDArray[np.uint16]:
    """``(k + 2, j + 2, i + 2)``: classes numbered from 1 without gaps, a voxel of background all round."""
    ranks = np.zeros(tuple(n + 2 for n in array.shape[::-1]), dtype=np.uint16)
    low, high = min(int(values[0]), 0), max(int(values[-1]), 0)
    table = None
    if high - low < _TABLE:
        table = np.zeros(high - low + 1, dtype=np.uint16)
        table[values - low] = np.arange(1, len(values) + 1)
    for k in range(array.shape[2]):
        plane = array[:, :, k].T
        if table is not None:
            ranks[k + 1, 1:-1, 1:-1] = table[plane if low == 0 else plane.astype(np.int64) - low]
        else:
            at = np.searchsorted(values, plane).clip(max=len(values) - 1)
            ranks[k + 1, 1:-1, 1:-1] = np.where(values[at] == plane, at + 1, 0)
    return ranks
