"""Which values a mask holds, how often, and in how many pieces."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.volume import Labels

#: Fewer values between the smallest and the largest are counted in a table; the others are sorted.
_TABLE = 1 << 16
_LARGEST = np.iinfo(np.int64).max

_KNOWN: WeakKeyDictionary[Labels, dict[int, int]] = WeakKeyDictionary()


def counts(labels: Labels) -> dict[int, int]:
    """Value and number of voxels, background and all, in rising order; counted once for each mask."""
    if labels not in _KNOWN:
        _KNOWN[labels] = _counted(labels.array)
    return _KNOWN[labels]


def as_stored(labels: Labels) -> npt.NDArray[np.integer]:
    """The values of a mask, without a copy, in a type that goes with signed numbers of 64 bits.

    Raises
    ------
    WrongUse
        If a value is no such number.
    """
    array = labels.array
    if array.dtype == np.bool_:
        return array.view(np.uint8)
    if array.dtype != np.uint64:
        return array
    if (most := int(array.max(initial=0))) > _LARGEST:
        raise WrongUse("a label is too large", expected=f"{_LARGEST} at most", found=most)
    return array.view(np.int64)


def sizes_of_pieces(labels: Labels) -> dict[int, list[int]]:
    """For each class its pieces' sizes in voxels, the largest first; voxels that touch at a corner are one piece."""
    box = tuple(_extent(labels.array, axis) for axis in range(3))
    # A copy: the library writes to no mask, and yet takes none that is read-only.
    array = np.array(labels.array[box], dtype=np.uint8 if labels.array.dtype == np.bool_ else None, order="F")
    import cc3d

    pieces, number = cc3d.connected_components(array, connectivity=26, return_N=True)
    flat = pieces.ravel(order="K")
    sizes = np.bincount(flat, minlength=number + 1)
    classes = np.zeros(number + 1, dtype=np.int64)
    # A piece has one class, so that it does not matter which of its voxels is written last.
    classes[flat] = array.ravel(order="K")
    found: dict[int, list[int]] = {}
    for size, value in sorted(zip(sizes[1:].tolist(), classes[1:].tolist(), strict=True), reverse=True):
        found.setdefault(value, []).append(size)
    return found


def _counted(array: npt.NDArray[np.integer]) -> dict[int, int]:
    low, high = int(array.min()), int(array.max())
    if high - low >= _TABLE:
        values, numbers = np.unique(array, return_counts=True)
        return dict(zip(values.tolist(), numbers.tolist(), strict=True))
    table = np.zeros(high - low + 1, dtype=np.int64)
    for k in range(array.shape[2]):
        table += np.bincount((array[:, :, k].astype(np.int64) - low).ravel(order="K"), minlength=len(table))
    return {low + at: int(table[at]) for at in np.flatnonzero(table).tolist()}


def _extent(array: npt.NDArray[np.integer], axis: int) -> slice:
    others = tuple(one for one in range(3) if one != axis)
    at = np.flatnonzero(array.any(axis=others))
    return slice(int(at[0]), int(at[-1]) + 1) if len(at) else slice(0, 1)
