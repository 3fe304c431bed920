"""Where the patient lies in a scan that is to be aligned."""

from __future__ import annotations

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.grid import FloatArray, closest_axes
from scan2train.measures.body import ABOVE_HU
from scan2train.measures.distances import widened
from scan2train.measures.foreground import coarse_foreground, otsu_threshold
from scan2train.tools.register.scan import Scan
from scan2train.volume import Mask

#: So much air around belongs to what is compared: without it skin has no edge.
_AROUND_MM = 8.0


def patient_in(scan: Scan) -> Mask:
    """``(k, j, i)``: skin and what lies within, without table and air; all that is seen where that is none."""
    from scipy import ndimage

    volume = scan.volume
    try:
        threshold = ABOVE_HU if scan.unit == "HU" else otsu_threshold(volume)
        coarse, steps = coarse_foreground(volume, threshold)
    except Scan2TrainError:
        return scan.seen
    along = next(axis for axis, (world, _) in enumerate(closest_axes(volume.grid)) if world == 2)
    planes = np.moveaxis(coarse, along, 0)
    coarse = np.moveaxis(np.stack([ndimage.binary_fill_holes(plane) for plane in planes]), 0, along)
    for axis, (step, size) in enumerate(zip(steps, volume.grid.shape, strict=True)):
        coarse = coarse.take(np.minimum(np.arange(size) // step, coarse.shape[axis] - 1), axis=axis)
    body: Mask = coarse.T & scan.seen
    return body if body.any() else scan.seen


def around(scan: Scan, body: Mask) -> Mask:
    """The patient with some air around, as far as it is seen: where two scans are compared."""
    i, j, k = (float(one) for one in scan.spacing)
    wide: Mask = widened(body, _AROUND_MM, (k, j, i)) & scan.seen
    return wide


def centre(scan: Scan, weights: FloatArray | Mask) -> FloatArray:
    """LPS+ mm of the centre of mass of ``weights``, ``(k, j, i)``."""
    sums = [
        weights.sum(axis=tuple(other for other in range(3) if other != axis), dtype=np.float64)
        for axis in (2, 1, 0)
    ]
    index = [float(one @ np.arange(len(one)) / one.sum()) for one in sums]
    point: FloatArray = scan.affine[:3, :3] @ np.array(index) + scan.affine[:3, 3]
    return point


def middle(scan: Scan) -> FloatArray:
    """LPS+ mm of the middle of its grid."""
    point: FloatArray = (
        scan.affine[:3, :3] @ ((np.array(scan.values.shape[::-1]) - 1) / 2) + scan.affine[:3, 3]
    )
    return point


def mass(scan: Scan, body: Mask) -> FloatArray:
    """Weights of the patient's voxels: their values above the 1st percentile, cut at the 99th."""
    some = scan.values[body]
    low, high = np.percentile(some[:: max(1, some.size // 200_000)], (1, 99))
    weights: FloatArray = np.where(body, np.clip(scan.values - low, 0, max(high - low, 1e-6)), 0)
    return weights if weights.any() else body.astype(np.float64)
