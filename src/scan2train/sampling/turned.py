"""Sampling where the grids are turned or sheared against one another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scan2train.grid import FloatArray
from scan2train.sampling.memory import read_only
from scan2train.sampling.method import Sampling
from scan2train.sampling.taps import make_taps
from scan2train.volume import Array, Mask


def sample_turned(
    stored: Array,
    valid: Array | None,
    matrix: FloatArray,
    sampling: Sampling,
    change: Array,
    fill: float,
    out: Array,
) -> Mask:
    """Fill ``out`` from ``stored`` along ``matrix`` and return where it is real; arrays are ``(k, j, i)``.

    ``matrix`` takes target indices (i, j, k) to source indices. Where the target is coarser, the source is first
    averaged along its own axes by the factor of shrinking.
    """
    from scan2train.kernels.resample_affine import resample_affine

    if sampling.interpolation == "cubic":
        linear = replace(sampling, interpolation="linear")
        inside = sample_turned(stored, valid, matrix, linear, change, fill, out)
        _cubic_inside(stored, valid, matrix, change, inside, out)
        return inside
    nearest = sampling.interpolation == "nearest"
    if sampling.antialias and not nearest:
        stored = _averaged(stored, valid, matrix, change.dtype)
    mask = read_only(np.ones((1, 1, 1), np.bool_)) if valid is None else valid
    inside = np.empty(out.shape, np.bool_)
    resample_affine(stored, mask, valid is not None, matrix[:3], nearest, change, fill, out, inside)
    return inside


def _averaged(stored: Array, valid: Array | None, matrix: FloatArray, dtype: np.dtype[np.floating]) -> Array:
    """``stored`` on its own lattice, each axis averaged over what a voxel of the target covers of it.

    Along an axis that is what the line through its centre runs within it, were it round. Its shadow on the axis would
    be more where the grids are sheared: slices that are only shifted would be blurred.
    """
    from scan2train.kernels.resample import resample
    from scan2train.kernels.resample_masked import resample_masked

    stretches = 1 / np.linalg.norm(np.linalg.inv(matrix[:3, :3]), axis=0)
    if stretches.max() <= 1 + 1e-6:
        return stored
    tables: list[Array] = []
    for size, stretch in zip(stored.shape, reversed(stretches), strict=True):
        taps = make_taps(size, size, 1.0, 0.0, "linear", stretch=max(float(stretch), 1.0))
        tables += [taps.start, taps.weights.astype(dtype), np.array([0, size])]
    out = np.empty(stored.shape, dtype)
    same = np.array([1, 0, -np.inf, np.inf], dtype)
    if valid is None:
        resample(stored, *tables, same, dtype.type(0), out)
    else:
        resample_masked(stored, valid, *tables, same, dtype.type(0), out, np.empty(out.shape, np.bool_))
    return read_only(out)


def without_padding(stored: Array, valid: Array) -> Array:
    """``stored`` with every padded voxel holding what the nearest real one holds.

    A spline sees the whole picture: beside padding it would ring.
    """
    from scipy import ndimage

    nearest = ndimage.distance_transform_edt(~valid, return_distances=False, return_indices=True)
    filled: Array = stored[tuple(nearest)]
    return filled


def _cubic_inside(
    stored: Array, valid: Array | None, matrix: FloatArray, change: Array, inside: Mask, out: Array
) -> None:
    """Replace linear values by cubic ones where there is something real."""
    if valid is not None:
        stored = without_padding(stored, valid)
    from scipy import ndimage

    spline = ndimage.spline_filter(stored, order=3, output=change.dtype, mode="mirror")
    values = ndimage.affine_transform(
        spline,
        matrix[2::-1, 2::-1],
        matrix[2::-1, 3],
        output_shape=out.shape,
        output=change.dtype,
        order=3,
        mode="mirror",
        prefilter=False,
    )
    scale, shift, low, high = change
    np.copyto(out, np.clip(scale * values + shift, low, high), where=inside)
