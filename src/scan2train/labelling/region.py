"""Voxels that an edit is about: a box of the lattice, and which of its voxels are meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from scan2train.grid import FloatArray
from scan2train.labelling.cut import Cut
from scan2train.volume import Array, Mask

Index = tuple[int, int, int]
#: What may be painted over: everything, the background alone, or one label alone.
Over = Literal["all", "empty"] | int


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """``mask`` is true where a voxel is meant; its first voxel is ``low`` of the whole."""

    low: Index
    mask: Mask

    @classmethod
    def of_slice(cls, mask: Mask, cut: Cut, number: int | None = None) -> Self:
        """A region of a stored slice, or of ``number`` beside it, from a mask of its two axes in rising order."""
        own, low = cut.number, [0, 0, 0]
        assert cut.axis is not None
        low[cut.axis] = own if number is None else number
        return cls((low[0], low[1], low[2]), np.expand_dims(mask, cut.axis))

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """Where it lies, as slices of the whole array."""
        i, j, k = (slice(at, at + n) for at, n in zip(self.low, self.mask.shape, strict=True))
        return i, j, k

    def allowed(
        self, labels: Array, values: Array | None, over: Over, only_within: tuple[float, float] | None
    ) -> Self:
        """What of it may be painted over, and where the image's ``values`` lie within two that both count.

        Without values, as in colour, ``only_within`` leaves nothing.
        """
        mask = self.mask
        if over != "all":
            mask = mask & (labels[self.box] == (0 if over == "empty" else over))
        if only_within is not None:
            low, high = only_within
            if values is None:
                return type(self)(self.low, np.zeros_like(mask))
            part = values[self.box]
            mask = mask & (part >= low) & (part <= high)
        return type(self)(self.low, mask)


def box_about(points: FloatArray, reach: FloatArray, shape: Index) -> tuple[Index, Index] | None:
    """First and last index, both within, around ``(n, 3)`` fractional ones; ``None`` if that lies outside."""
    last = np.asarray(shape) - 1
    low = np.maximum(np.ceil(points.min(axis=0) - reach), 0).astype(int)
    high = np.minimum(np.floor(points.max(axis=0) + reach), last).astype(int)
    if (low > high).any():
        return None
    a, b = low.tolist(), high.tolist()
    return (a[0], a[1], a[2]), (b[0], b[1], b[2])
