"""Where the classes of a mask are: their boxes and their centres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scan2train.measures.label_values import counts
from scan2train.volume import Labels

Index = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """A class: its voxels, the first and last index along each axis, both within it, and the mean of its indices."""

    value: int
    voxels: int
    first: Index
    last: Index
    centroid: tuple[float, float, float]

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """The box as slices of an array."""
        i, j, k = (slice(a, b + 1) for a, b in zip(self.first, self.last, strict=True))
        return i, j, k


def extents_of(labels: Labels) -> tuple[Extent, ...]:
    """One extent for each class of a mask but the background, by rising value."""
    numbers = {value: n for value, n in counts(labels).items() if value != 0}
    values = np.array(sorted(numbers), dtype=np.int64)
    from scipy.ndimage import find_objects

    boxes = find_objects(_ranks(labels.array, values), max_label=len(values))
    found = []
    for value, box in zip(values.tolist(), boxes, strict=True):
        inside = labels.array[box] == value
        sums = [inside.sum(axis=tuple(other for other in range(3) if other != axis)) for axis in range(3)]
        along = [
            float(one @ np.arange(part.start, part.stop)) / numbers[value]
            for one, part in zip(sums, box, strict=True)
        ]
        found.append(
            Extent(
                value=value,
                voxels=numbers[value],
                first=(box[0].start, box[1].start, box[2].start),
                last=(box[0].stop - 1, box[1].stop - 1, box[2].stop - 1),
                centroid=(along[0], along[1], along[2]),
            )
        )
    return tuple(found)


def _ranks(array: npt.NDArray[np.integer], values: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Classes numbered from 1 without gaps, the background 0."""
    ranks = np.zeros(array.shape, dtype=np.int32, order="F")
    for k in range(array.shape[2]):
        plane = array[:, :, k]
        found = np.searchsorted(values, plane).clip(max=max(len(values) - 1, 0))
        ranks[:, :, k] = np.where(values[found] == plane, found + 1, 0) if len(values) else 0
    return ranks
