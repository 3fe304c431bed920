"""Two masks on one grid laid on one another: what each label has in either, in both, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from scan2train.errors import GridMismatch, WrongUse
from scan2train.measures.label_values import as_stored, counts
from scan2train.volume import Array, Labels

T = TypeVar("T")

#: Beyond the largest index of any volume.
_FAR = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPair:
    """One label: its voxels in the truth, the prediction, and both; the box that holds it in either.

    ``box`` is first and past-last index along i, j and k, ``None`` where neither has it; centroids are mean indices
    (i, j, k), ``None`` where the mask has none of it. ``rank`` stands for the label in the arrays of :class:`Overlaid`.
    """

    value: int
    rank: int
    truth: int
    prediction: int
    both: int
    box: tuple[slice, slice, slice] | None
    truth_centroid: tuple[float, float, float] | None
    prediction_centroid: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaid:
    """Two masks as small integers, in C order of axes as they lie in memory, and their labels by value."""

    truth: Array
    prediction: Array
    labels: dict[int, LabelPair]
    from_i: bool = False

    def along(self, of_axes: tuple[T, T, T]) -> tuple[T, T, T]:
        """What goes with i, j and k, in the order of the arrays' axes: (k, j, i), or (i, j, k) if ``from_i``."""
        return of_axes if self.from_i else of_axes[::-1]

    def of(self, value: int) -> LabelPair:
        """The label ``value``, also where neither mask has it."""
        none = LabelPair(
            value=value,
            rank=0,
            truth=0,
            prediction=0,
            both=0,
            box=None,
            truth_centroid=None,
            prediction_centroid=None,
        )
        return self.labels.get(value, none)


def overlay(prediction: Labels, truth: Labels) -> Overlaid:
    """Lay two masks of one shape on one another; one pass over both counts everything.

    Raises
    ------
    GridMismatch
        If their shapes differ.
    WrongUse
        If there are more than 65 535 labels, or one is too large.
    """
    from scan2train.kernels.label_pairs import label_pairs

    if prediction.array.shape != truth.array.shape:
        raise GridMismatch(
            "two masks of different shapes", expected=truth.array.shape, found=prediction.array.shape
        )
    # Neither is copied where both lie alike; a volume that was read lies from k, an array of one's own from i.
    from_i = all(
        one.array.flags.c_contiguous and not one.array.T.flags.c_contiguous for one in (truth, prediction)
    )
    values, (of_truth, of_prediction) = _ranked(truth, prediction, from_i=from_i)
    size = len(values)
    numbers, both = np.zeros((2, size), np.int64), np.zeros(size, np.int64)
    sums = np.zeros((2, size, 3), np.int64)
    boxes = np.tile(np.array([_FAR, 0] * 3, np.int64), (size, 1))
    flat = (of_truth.reshape(-1), of_prediction.reshape(-1))
    words = tuple(one[: len(one) * one.itemsize // 8 * 8 // one.itemsize].view(np.uint64) for one in flat)
    # The kernel calls i what grows fastest.
    label_pairs(*flat, *words, *of_truth.shape[:0:-1], numbers, sums, both, boxes)
    if from_i:
        sums, boxes = sums[..., ::-1], boxes.reshape(-1, 3, 2)[:, ::-1].reshape(-1, 6)
    found = {
        int(values[rank]): LabelPair(
            value=int(values[rank]),
            rank=rank,
            truth=int(numbers[0, rank]),
            prediction=int(numbers[1, rank]),
            both=int(both[rank]),
            box=_box(boxes[rank]),
            truth_centroid=_centroid(sums[0, rank], numbers[0, rank]),
            prediction_centroid=_centroid(sums[1, rank], numbers[1, rank]),
        )
        for rank in np.flatnonzero(numbers.any(axis=0)).tolist()
    }
    return Overlaid(truth=of_truth, prediction=of_prediction, labels=found, from_i=from_i)


def _ranked(*masks: Labels, from_i: bool) -> tuple[npt.NDArray[np.int64], tuple[Array, ...]]:
    """The values of both masks, the background first, and the masks with each voxel as the place of its value."""
    arrays = [as_stored(one) if from_i else as_stored(one).T for one in masks]
    if all(one.dtype == np.uint8 or (one.min() >= 0 and one.max() <= 255) for one in arrays):
        return np.arange(256), tuple(_lying(one, np.uint8) for one in arrays)
    values = np.array([0, *sorted({value for one in masks for value in counts(one)} - {0})], np.int64)
    if len(values) > 1 << 16:
        raise WrongUse("too many labels", expected="at most 65 535", found=len(values) - 1)
    order = np.argsort(values)
    dtype = np.uint8 if len(values) <= 256 else np.uint16
    ranks = order.astype(dtype)
    return values, tuple(_lying(ranks[np.searchsorted(values, one, sorter=order)], dtype) for one in arrays)


def _lying(array: Array, dtype: npt.DTypeLike) -> Array:
    """In C order; a few planes at a time, so that what is read and what is written fit the cache."""
    if array.flags.c_contiguous:
        return array.astype(dtype, copy=False)
    out = np.empty(array.shape, dtype)
    for k in range(0, array.shape[0], 16):
        out[k : k + 16] = array[k : k + 16]
    return out


def _box(ends: npt.NDArray[np.int64]) -> tuple[slice, slice, slice]:
    i, j, k = (slice(int(ends[n]), int(ends[n + 1])) for n in (0, 2, 4))
    return i, j, k


def _centroid(sums: npt.NDArray[np.int64], number: int) -> tuple[float, float, float] | None:
    if number == 0:
        return None
    i, j, k = (float(one) / float(number) for one in sums)
    return i, j, k
