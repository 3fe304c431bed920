"""Run lengths as DICOM packs them (PS3.5 annex G.3)."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from scan2train.kernels.compiling import outer

Array = npt.NDArray[Any]

#: What :func:`unpack` returns where the segment is not what it should be.
TOO_SHORT = -1
TOO_LONG = -2


@outer
def unpack(packed: Array, out: Array, start: int, step: int, count: int) -> int:
    """Unpack one segment into every ``step``-th byte of ``out`` from ``start`` on.

    Returns
    -------
    ``count`` where the segment held just so many bytes (zeros may follow as padding), :data:`TOO_SHORT` where it
    ends early, :data:`TOO_LONG` where it goes on.
    """
    at, done, size = 0, 0, packed.size
    while at < size and done < count:
        header = packed[at]
        at += 1
        if header == 128:
            continue
        if header < 128:
            length = int(header) + 1
            if at + length > size:
                return TOO_SHORT
            if done + length > count:
                return TOO_LONG
            for n in range(length):
                out[start + (done + n) * step] = packed[at + n]
            at += length
        else:
            length = 257 - int(header)
            if at >= size:
                return TOO_SHORT
            if done + length > count:
                return TOO_LONG
            for n in range(length):
                out[start + (done + n) * step] = packed[at]
            at += 1
        done += length
    if done < count:
        return TOO_SHORT
    for n in range(at, size):
        if packed[n] != 0:
            return TOO_LONG
    return done
