"""Whole numbers in the smallest pixel cell that holds them, with padding that no value has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Ends = tuple[int, int]


@dataclass(frozen=True, eq=False, slots=True)
class Packed:
    """Stored values of 8 or 16 bits; ``shift`` is to be added to them; ``padding`` are the ends of what is no data."""

    array: Array
    shift: int
    padding: Ends | None


def pack(
    codes: Array, real: Mask | None, *, faithful: bool, may_shift: bool, least_bits: int
) -> Packed | None:
    """Give whole numbers a type of at most 16 bits, or ``None`` where they fit none.

    Parameters
    ----------
    codes
        ``(k, j, i)`` whole numbers.
    real
        False where there is no data; ``None`` where all is real.
    faithful
        Whether the numbers beside the real ones mean something and are to be kept, where none of the real ones lies
        among them. They are replaced by one number otherwise.
    may_shift
        Whether a whole number may be taken off all of them.
    least_bits
        8, or 16 where the object has no shorter values.
    """
    those = codes if real is None else codes[real]
    ends = (int(those.min()), int(those.max())) if those.size else (0, 0)
    spare = None if real is None or not faithful else _apart(those, codes[~real])
    span = ends if spare is None else (min(ends[0], spare[0]), max(ends[1], spare[1]))
    for kind in _kinds(codes.dtype, least_bits):
        made = _placed(codes, real, ends, spare, kind, shift=0)
        if made is not None:
            return made
    room = real is not None and spare is None
    if not may_shift or span[1] - span[0] + room > np.iinfo(np.uint16).max:
        return None
    return _placed(codes, real, ends, spare, np.dtype(np.uint16), shift=span[0])


def _kinds(given: np.dtype[Any], least_bits: int) -> list[np.dtype[Any]]:
    """Types to try, that of the numbers first: a volume that is read again has the type it had."""
    kinds = [given] if given.itemsize in (1, 2) else []
    kinds += [np.dtype(kind) for kind in (np.int16, np.uint16)]
    return [kind for kind in kinds if 8 * kind.itemsize >= least_bits]


def _apart(those: Array, spare: Array) -> Ends | None:
    """The ends of what is no data, if no real number lies within."""
    low, high = int(spare.min()), int(spare.max())
    return None if ((those >= low) & (those <= high)).any() else (low, high)


def _placed(
    codes: Array, real: Mask | None, ends: Ends, spare: Ends | None, kind: np.dtype[Any], *, shift: int
) -> Packed | None:
    limits = np.iinfo(kind)
    low, high = ends[0] - shift, ends[1] - shift
    if low < limits.min or high > limits.max:
        return None
    if real is None:
        return Packed(_shifted(codes, shift, kind), shift, None)
    if spare is not None:
        padding = (spare[0] - shift, spare[1] - shift)
        inside = limits.min <= padding[0] and padding[1] <= limits.max
        return Packed(_shifted(codes, shift, kind), shift, padding) if inside else None
    free = int(limits.min) if low > limits.min else int(limits.max) if high < limits.max else None
    if free is None:
        return None
    array = _shifted(codes, shift, kind)
    array = np.where(real, array, kind.type(free))
    return Packed(array, shift, (free, free))


def _shifted(codes: Array, shift: int, kind: np.dtype[Any]) -> Array:
    array: Array = (codes.astype(np.int64) - shift).astype(kind) if shift else codes.astype(kind, copy=False)
    return array
