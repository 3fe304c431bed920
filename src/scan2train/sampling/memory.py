"""How arrays lie in memory when the kernels see them, and in which type they come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scan2train.volume import Array

#: Types that the image kernels are compiled for; the others are widened, without loss, to one of them.
_WIDER = {"b1": "u1", "i1": "i2", "u2": "u2", "i4": "f8", "u4": "f8", "i8": "f8", "u8": "f8", "f2": "f4"}


def for_kernels(array: Array) -> Array:
    """``(i, j, k)`` as C-ordered ``(k, j, i)``, ``(i, j, k, c)`` as ``(c, k, j, i)``; a view where it can be one."""
    order = (2, 1, 0) if array.ndim == 3 else (3, 2, 1, 0)
    stored = np.ascontiguousarray(array.transpose(order))
    native = stored.dtype.newbyteorder("=")
    seen = stored.astype(_WIDER.get(native.str.lstrip("<>=|"), native), copy=False).view()
    # numba compiles once for arrays that can be written to and once for those that cannot: let all be alike.
    seen.setflags(write=False)
    return seen


def result_type(dtype: npt.DTypeLike) -> np.dtype[np.floating]:
    """float64 for what float32 cannot hold (wide integers, float64), float32 for the rest."""
    return np.dtype(np.float64 if np.dtype(dtype) == np.float64 else np.float32)
