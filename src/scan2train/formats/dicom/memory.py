"""Memory for voxels, taken again once the volume that had it is gone.

Fresh memory costs nearly as much time as reading an uncompressed series into it: the system clears every page first. A
process that reads one volume after the other therefore passes the same block on.
"""

from __future__ import annotations

import math
import mmap
import weakref
from collections import deque
from typing import Any, Final

import numpy as np
import numpy.typing as npt

#: Blocks of this size are passed on, smaller and larger ones are not.
_WORTH_KEEPING: Final = range(8 << 20, 512 << 20)

#: A block comes back whenever memory is collected, even amid these lines: one step of a deque is never interrupted,
#: where a lock would be waited for by the very thread that holds it.
_idle: deque[mmap.mmap] = deque(maxlen=1)


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
    try:
        idle = _idle.pop()
    except IndexError:
        idle = None
    if idle is not None and wanted <= len(idle) <= 2 * wanted:
        return idle
    del idle
    block = mmap.mmap(-1, wanted)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        block.madvise(mmap.MADV_HUGEPAGE)
    return block


def _give_back(block: mmap.mmap) -> None:
    _idle.append(block)
