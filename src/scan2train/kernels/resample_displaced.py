"""Resampling where each voxel says by itself how far away its value is found.

All arrays are ``(k, j, i)`` in C order; ``shifts`` is ``(3, k, j, i)``, along i, j and k in voxels.
"""

from __future__ import annotations

import numpy as np

from scan2train.kernels.compiling import outer
from scan2train.kernels.resample import _ZERO
from scan2train.kernels.resample_affine import blend
from scan2train.kernels.resample_labels import _around, _vote


@outer
def resample_displaced(source, valid, masked, shifts, fill, out, out_valid):
    """Linear interpolation; ``fill`` and not valid beyond the source's outer faces.

    ``valid`` counts only where ``masked``. Weights of voxels that are not valid go to the others (normalised
    convolution); a target is real where at least half of its weight falls on real voxels.
    """
    nk, nj, ni = source.shape
    if (masked and valid.shape != source.shape) or out_valid.shape != source.shape:
        raise ValueError("mask and image disagree")
    if out.shape != source.shape or shifts.shape[1:] != source.shape or shifts.shape[0] != 3:
        raise ValueError("displacements and image disagree")
    for ko in range(nk):
        for jo in range(nj):
            for io in range(ni):
                x, y, z = io + shifts[0, ko, jo, io], jo + shifts[1, ko, jo, io], ko + shifts[2, ko, jo, io]
                out[ko, jo, io] = fill
                out_valid[ko, jo, io] = False
                if not (-0.5 <= x <= ni - 0.5 and -0.5 <= y <= nj - 0.5 and -0.5 <= z <= nk - 0.5):
                    continue
                total, weight = blend(source, valid, masked, x, y, z)
                if weight >= 0.5:
                    out[ko, jo, io] = total / weight
                    out_valid[ko, jo, io] = True


@outer
def displaced_labels(source, shifts, out):
    """Each label interpolated as a picture of its own, the largest wins; 0 beyond the source's outer faces.

    ``out`` may be of another shape: ``shifts`` are from its own indices to the source's.
    """
    nk, nj, ni = source.shape
    if shifts.shape[1:] != out.shape or shifts.shape[0] != 3:
        raise ValueError("displacements and labels disagree")
    found = np.empty(8, source.dtype)
    share = np.empty(8, np.float64)
    for ko in range(out.shape[0]):
        for jo in range(out.shape[1]):
            for io in range(out.shape[2]):
                x, y, z = io + shifts[0, ko, jo, io], jo + shifts[1, ko, jo, io], ko + shifts[2, ko, jo, io]
                if not (-0.5 <= x <= ni - 0.5 and -0.5 <= y <= nj - 0.5 and -0.5 <= z <= nk - 0.5):
                    out[ko, jo, io] = 0
                    continue
                count = _around(source, x, y, z, found, share, _ZERO)
                out[ko, jo, io] = _vote(found, share, count)
