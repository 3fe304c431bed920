"""Memory for voxels, taken again once the volume that had it is gone.

Fresh memory costs nearly as much time as reading an uncompressed series into it: the system clears every page first. A
process that reads one volume after the other therefore passes the same block on.
"""

from __future__ import annotations

import math
import mmap
import threading
import weakref
from typing import Any, Final

import numpy as np
import numpy.typing as npt

#: Blocks of this size are passed on, smaller and larger ones are not.
_WORTH_KEEPING: Final = range(8 << 20, 512 << 20)

_lock = threading.Lock()
_idle: list[mmap.mmap] = []


def voxels(shape: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """A C-ordered array with undefined contents, for a caller that fills all of it.

    A block comes back when the last array that was made of it is gone; at most one lies idle.
    """
    wanted = dtype.itemsize * math.prod(shape)
    if wanted not in _WORTH_KEEPING:
        return np.empty(shape, dtype=dtype)
    block = _take(wanted)
    owner = np.frombuffer(block, dtype=np.uint8)
    # Every view holds on to this array, whatever is made of it; when it goes, so does the last of them.
    weakref.finalize(owner, _give_back, block).atexit = False
    return owner[:wanted].view(dtype).reshape(shape)


def _take(wanted: int) -> mmap.mmap:
    with _lock:
        if _idle and wanted <= len(_idle[0]) <= 2 * wanted:
            return _idle.pop()
        _idle.clear()
    block = mmap.mmap(-1, wanted)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        block.madvise(mmap.MADV_HUGEPAGE)
    return block


def _give_back(block: mmap.mmap) -> None:
    with _lock:
        _idle[:] = [block]
