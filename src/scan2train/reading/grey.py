"""Colour as luminance, on request: one grey level a voxel."""

from __future__ import annotations

import numpy as np

from scan2train.errors import WrongUse
from scan2train.volume import Volume

#: Parts of red, green and blue in 65,536ths: 0.299, 0.587 and 0.114 (ITU-R BT.601). Their sum is whole, so that white
#: stays white; 8-bit levels are those of Pillow's ``convert("L")``.
_PARTS = (19595, 38470, 7471)
_HALF, _BITS = 1 << 15, 16
#: How many channels colour has, with and without opacity; two are grey and opacity.
_COLOUR, _GREY = (3, 4), 2


def as_grey(volume: Volume) -> Volume:
    """Give colour as ``Y = 0.299 R + 0.587 G + 0.114 B``, rounded, of the same type; opacity is left out.

    A volume of one value a voxel stays as it is.

    Raises
    ------
    WrongUse
        If the channels are no colours: they are not two to four, or no unsigned whole numbers.
    """
    array = volume.array
    if array.ndim == 3:
        return volume
    channels = array.shape[3]
    if array.ndim != 4 or array.dtype.kind != "u" or channels not in (_GREY, *_COLOUR):
        raise WrongUse(
            "only colours have a luminance",
            expected="unsigned whole numbers in 3 channels, or 4 with opacity",
            found=f"{array.dtype} in {channels} channels",
            advice="Read it without grey, and choose a channel.",
        )
    if channels == _GREY:
        return volume.replace(array=np.ascontiguousarray(array[..., 0]))
    sums = sum(array[..., n].astype(np.uint64) * np.uint64(part) for n, part in enumerate(_PARTS))
    grey = (np.asarray(sums) + np.uint64(_HALF)) >> np.uint64(_BITS)
    return volume.replace(array=grey.astype(array.dtype))
