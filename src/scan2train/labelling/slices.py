"""What is seen of a label map: its values on a plane, those of the nearest voxels."""

from __future__ import annotations

import numpy as np

from scan2train.errors import WrongUse
from scan2train.labelling.label_map import LabelMap
from scan2train.viewing.planes import Planes
from scan2train.volume import Array


def label_slice(labels: LabelMap, planes: Planes, n: int) -> Array:
    """``(height, width)`` labels on slice ``n`` of any planes; 0 outside of the image.

    Each pixel has the label of the voxel that its centre lies in.

    Raises
    ------
    WrongUse
        If there is no such slice.
    GridMismatch
        If the planes are in millimetres and the image in pixels, or the other way round.
    """
    planes.require_same_world(labels.image.grid)
    if not 0 <= n < planes.count:
        raise WrongUse("there is no such slice", expected=f"0 to {planes.count - 1}", found=n)
    grid, array = labels.image.grid, labels.array
    to_index = grid.inverse @ planes.affine
    right, down, origin = to_index[:3, 0], to_index[:3, 1], to_index[:3, 3] + n * to_index[:3, 2]
    column, row = np.arange(planes.width), np.arange(planes.height)[:, np.newaxis]
    flat = np.zeros((planes.height, planes.width), np.int64)
    inside = np.ones((planes.height, planes.width), np.bool_)
    stride = 1
    for axis, size in enumerate(array.shape):
        at = np.floor(origin[axis] + column * right[axis] + row * down[axis] + 0.5 - 1e-9).astype(np.int64)
        inside &= (at >= 0) & (at < size)
        flat += at * stride
        stride *= size
    # The array lies with i fastest, so that its memory is one line of voxels.
    return np.where(inside, array.reshape(-1, order="F")[np.where(inside, flat, 0)], array.dtype.type(0))
