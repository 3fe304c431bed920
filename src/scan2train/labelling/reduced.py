"""A label map made small, for a picture of the whole."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.labelling.label_map import LabelMap

#: One byte a voxel: further labels are not drawn.
_MOST = 255


def reduced_labels(labels: LabelMap, largest: int = 192) -> tuple[npt.NDArray[np.uint8], list[int]]:
    """One voxel out of each block, so that no side has more than ``largest``.

    Returns
    -------
    ``(k, j, i)`` numbers, 0 for the background and n for the nth of the values, and these values.

    Raises
    ------
    WrongUse
        If ``largest`` is not from 16 to 512.
    """
    if not 16 <= largest <= 512:
        raise WrongUse("a reduced map has 16 to 512 voxels a side", found=largest)
    array = labels.array
    parts = [-(-n // largest) for n in array.shape]
    # As many whole blocks as an image made small has, the middle voxel of each.
    picked = tuple(
        slice(part // 2, n // part * part, part) for n, part in zip(array.shape, parts, strict=True)
    )
    values = [one.value for one in labels.legend.labels][:_MOST]
    ranks = np.zeros(int(np.iinfo(array.dtype).max) + 1, np.uint8)
    ranks[values] = np.arange(1, len(values) + 1)
    return ranks[array[picked].T], values
