"""Memory for voxels, taken again once the volume that had it is gone.

Fresh memory costs as much time as reading an uncompressed series into it: the system clears every page first. A process
that reads one volume after the other therefore keeps the block of the last one.
"""

from __future__ import annotations

import sys
import threading
from typing import Any, Final

import numpy as np
import numpy.typing as npt

#: Blocks of this size are kept, smaller and larger ones are not.
_WORTH_KEEPING: Final = range(8 << 20, 512 << 20)

_lock = threading.Lock()
_kept: list[npt.NDArray[np.uint8]] = []


def voxels(shape: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """A C-ordered array with undefined contents, for a caller that fills all of it.

    At most one block is kept, and it is given out only while no array that was made of it is alive.
    """
    wanted = dtype.itemsize
    for n in shape:
        wanted *= n
    if wanted not in _WORTH_KEEPING:
        return np.empty(shape, dtype=dtype)
    with _lock:
        block = _free_block(wanted)
        return block[:wanted].view(dtype).reshape(shape)


def _free_block(wanted: int) -> npt.NDArray[np.uint8]:
    # Views hold on to the array that owns their memory: without any, two references are left, the list's and the
    # argument of getrefcount.
    if _kept and sys.getrefcount(_kept[0]) == 2 and wanted <= _kept[0].size <= 2 * wanted:
        return _kept[0]
    _kept[:] = [np.empty(wanted, dtype=np.uint8)]
    return _kept[0]
