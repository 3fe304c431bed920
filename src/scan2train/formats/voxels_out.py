"""Voxels on their way to a file: the type a file can hold, and their bytes slab by slab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.volume import Labels, Volume

#: Types that labels are written in, the first that holds them all.
_LABEL_TYPES = (np.uint8, np.int16, np.uint16, np.int32, np.uint32)
_COMMON = ("u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8")


def stored_dtype(volume: Volume, *, wide: bool = True) -> np.dtype[Any]:
    """Type in which to store a volume so that no value changes.

    Truth values become uint8 and half floats float32; labels in 64 bits take the smallest type that holds them;
    other 64-bit integers are kept where ``wide`` says that the format has them.

    Raises
    ------
    WrongUse
        If no type holds the values.
    """
    kind = volume.array.dtype
    if kind == np.bool_:
        return np.dtype(np.uint8)
    if kind == np.float16:
        return np.dtype(np.float32)
    if kind.newbyteorder("=").str[1:] in _COMMON:
        return kind.newbyteorder("=")
    if kind.kind not in "iu":
        raise WrongUse(f"values of type {kind} cannot be written", expected="integers or floats")
    if wide and not isinstance(volume, Labels):
        return kind.newbyteorder("=")
    low, high = int(volume.array.min()), int(volume.array.max())
    for smaller in _LABEL_TYPES:
        if np.iinfo(smaller).min <= low and high <= np.iinfo(smaller).max:
            return np.dtype(smaller)
    raise WrongUse(
        "values do not fit into 32 bits, which this format needs",
        found=f"{low} to {high}",
        advice="Number the labels anew, or write .npy.",
    )


def slabs(array: npt.NDArray[Any], dtype: npt.DTypeLike) -> Iterator[memoryview]:
    """Bytes of an ``(i, j, k[, c])`` array with c fastest, then i, j and k, one k after the other, little endian."""
    order = (2, 1, 0, 3)[: array.ndim]
    for plane in array.transpose(order):
        yield _bytes(plane, dtype)


def planar_slabs(array: npt.NDArray[Any], dtype: npt.DTypeLike) -> Iterator[memoryview]:
    """Bytes of an ``(i, j, k, c)`` array with i fastest, then j, k and c."""
    for volume in array.transpose(3, 2, 1, 0):
        for plane in volume:
            yield _bytes(plane, dtype)


def copy(chunks: Iterator[memoryview], file: BinaryIO) -> None:
    """Write ``chunks`` as they are."""
    file.writelines(chunks)


def _bytes(plane: npt.NDArray[Any], dtype: npt.DTypeLike) -> memoryview:
    little = np.ascontiguousarray(plane, np.dtype(dtype).newbyteorder("<"))
    return memoryview(little.reshape(-1).view(np.uint8))
