"""How arrays lie in memory when the kernels see them, and in which type they come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scan2train.volume import Array

#: Types that the image kernels are compiled for; the others are widened, without loss, to one of them.
_WIDER = {"b1": "i2", "i1": "i2", "u1": "i2", "f2": "f4"}
#: Whole numbers up to this are exact in float32.
_EXACT = 1 << 24


def for_kernels(array: Array) -> Array:
    """``(i, j, k)`` as C-ordered ``(k, j, i)``, ``(i, j, k, c)`` as ``(c, k, j, i)``; a view where it can be one."""
    order = (2, 1, 0) if array.ndim == 3 else (3, 2, 1, 0)
    stored = np.ascontiguousarray(array.transpose(order))
    native = stored.dtype.newbyteorder("=")
    wider = _float_for(stored) if native.kind in "iu" and native.itemsize > 2 else native.str.lstrip("<>=|")
    return read_only(stored.astype(_WIDER.get(wider, wider), copy=False))


def read_only(array: Array) -> Array:
    """The array in C order, not to be written to; a view where it can be one.

    numba compiles once for arrays that can be written to and once for those that cannot: what a kernel reads from is
    always of the latter kind.
    """
    seen = np.ascontiguousarray(array).view()
    seen.setflags(write=False)
    return seen


def _float_for(whole: npt.NDArray[np.integer]) -> str:
    """The float that holds these whole numbers exactly.

    CT with 16 bits stored is read as int32, since an intercept of −1024 leads beyond int16: it is prepared in the type
    that other CT is prepared in.
    """
    small = max(-int(whole.min()), int(whole.max())) <= _EXACT
    return "f4" if small else "f8"


def result_type(dtype: npt.DTypeLike) -> np.dtype[np.floating]:
    """float64 for what float32 cannot hold (wide integers, float64), float32 for the rest."""
    return np.dtype(np.float64 if np.dtype(dtype) == np.float64 else np.float32)
