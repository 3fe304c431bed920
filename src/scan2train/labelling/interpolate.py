"""Slices between those that were drawn: shapes in between, by signed distances."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from scan2train.errors import WrongUse
from scan2train.labelling.cut import Cut
from scan2train.labelling.region import Region
from scan2train.measures.distances import box_around
from scan2train.volume import Array, Mask


def interpolated(cut: Cut, labels: Array, value: int, *, everywhere: bool) -> list[Region]:
    """One label on the slices between the nearest ones that have it, one region a slice.

    Each pixel's signed distances from the edges of the two shapes, in mm, are weighed by how near their slices are:
    Raya and Udupa, Shape-based interpolation of multidimensional objects, IEEE Trans. Med. Imaging 9(1), 1990. Shapes
    that do not overlap would leave nothing in between; they are first moved along the line between their centres.

    Parameters
    ----------
    cut
        A stored slice: the gap that it lies in is filled.
    labels
        The whole label map, ``(i, j, k)``.
    value
        The label.
    everywhere
        Fill all gaps along this direction, wherever the slice is.

    Raises
    ------
    WrongUse
        If there is no gap to fill, or the plane is no stored slice.
    """
    number, axis = cut.number, cut.axis
    assert axis is not None
    others = tuple(other for other in range(3) if other != axis)
    with_it = np.moveaxis(labels == value, axis, 0)
    drawn = np.flatnonzero(with_it.any(axis=(1, 2))).tolist()
    gaps = [(a, b) for a, b in pairwise(drawn) if b - a > 1]
    if not everywhere:
        gaps = [(a, b) for a, b in gaps if a < number < b]
    if not gaps:
        raise WrongUse(
            f"there is nothing to interpolate: label {value} has no empty slice between two that have it"
            + ("" if everywhere else " here"),
            expected="a slice without it, and slices with it before and after",
            found=f"slices with it: {_listed(drawn)}; this is slice {number}",
            advice="Draw it on two slices with a gap, and go to a slice in between.",
        )
    spacing = [cut.grid.spacing[other] for other in others]
    return [
        Region.of_slice(mask, cut, at)
        for a, b in gaps
        for at, mask in _between(with_it[a], with_it[b], a, b, spacing)
    ]


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(str(one) for one in numbers[:5])
    return (shown or "none") + (", …" if len(numbers) > 5 else "")


def _between(first: Mask, last: Mask, a: int, b: int, spacing: list[float]) -> Iterator[tuple[int, Mask]]:
    i, j, _ = box_around((first | last)[:, :, np.newaxis])
    # A frame of what is neither, so that distances inwards have an outside.
    low, high = np.pad(first[i, j], 1), np.pad(last[i, j], 1)
    apart = not (low & high).any()
    way = _centre(high) - _centre(low)
    one, other = _signed(low, spacing), _signed(high, spacing)
    for at in range(a + 1, b):
        if apart:
            done = (at - a) / (b - a)
            one = _signed(_moved(low, way * done), spacing)
            other = _signed(_moved(high, way * (done - 1)), spacing)
        # Whole weights: turned round, the sum is the same to the last bit.
        blend = (b - at) * one + (at - a) * other
        whole = np.zeros_like(first)
        whole[i, j] = (blend < 0)[1:-1, 1:-1]
        yield at, whole


def _signed(mask: Mask, spacing: list[float]) -> Array:
    """Distance to the nearest pixel inside, less that to the nearest one outside, mm."""
    from scipy.ndimage import distance_transform_edt

    signed: Array = distance_transform_edt(~mask, sampling=spacing) - distance_transform_edt(
        mask, sampling=spacing
    )
    return signed


def _centre(mask: Mask) -> Array:
    middle: Array = np.argwhere(mask).mean(axis=0)
    return middle


def _moved(mask: Mask, by: Array) -> Mask:
    """Moved by whole pixels; what would leave the array stays at its edge."""
    at = np.argwhere(mask) + np.rint(by).astype(int)
    out = np.zeros_like(mask)
    out[tuple(at.clip(1, np.array(mask.shape) - 2).T)] = True
    return out
