"""What an edit changed, kept small enough to be undone for ever."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from scan2train.labelling.region import Index, Region
from scan2train.measures.distances import box_around
from scan2train.volume import Array

#: Zeros and runs shrink a hundredfold at the fastest level; more takes longer than the edit itself.
_LEVEL = 1


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """The exclusive or of before and after, within the smallest box around it: taken twice, nothing has happened."""

    low: Index
    shape: Index
    voxels: int
    dtype: str
    packed: bytes

    @property
    def high(self) -> Index:
        """The last index that changed along each axis."""
        i, j, k = (at + n - 1 for at, n in zip(self.low, self.shape, strict=True))
        return i, j, k

    def toggle(self, labels: Array) -> None:
        """Undo it, or do it again."""
        difference = np.frombuffer(zlib.decompress(self.packed), self.dtype).reshape(self.shape, order="F")
        part = labels[tuple(slice(a, b + 1) for a, b in zip(self.low, self.high, strict=True))]
        np.bitwise_xor(part, difference, out=part)


def paint(labels: Array, region: Region, value: int) -> Change | None:
    """Give all voxels of a region a value; what changed, or ``None`` where all had it before."""
    differs = region.mask & (labels[region.box] != value)
    if not differs.any():
        return None
    inner = box_around(differs)
    part = labels[region.box][inner]
    mask = differs[inner]
    difference = np.where(mask, part ^ labels.dtype.type(value), labels.dtype.type(0))
    part ^= difference
    i, j, k = (at + cut.start for at, cut in zip(region.low, inner, strict=True))
    packed = zlib.compress(difference.tobytes(order="F"), _LEVEL)
    shape = (mask.shape[0], mask.shape[1], mask.shape[2])
    return Change((i, j, k), shape, int(np.count_nonzero(mask)), labels.dtype.str, packed)
