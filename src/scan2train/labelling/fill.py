"""A connected region of a slice, from a pixel of it."""

from __future__ import annotations

import numpy as np

from scan2train.grid import FloatArray
from scan2train.labelling.cut import Cut
from scan2train.labelling.region import Over, Region
from scan2train.volume import Array


def fill_region(
    cut: Cut,
    point: FloatArray,
    labels: Array,
    values: Array | None,
    over: Over,
    only_within: tuple[float, float] | None,
) -> Region | None:
    """What has the label of the pixel at ``point``, may be painted over, and hangs together with it by edges.

    ``None`` where the point lies outside, or may not be painted over itself.

    Raises
    ------
    WrongUse
        If the plane is no stored slice.
    """
    from scipy.ndimage import label

    plane = cut.of(labels)
    at = np.rint(cut.indices(point)[0]).astype(int)
    if (at < 0).any() or (at >= labels.shape).any():
        return None
    seed = tuple(np.delete(at, cut.axis or 0))
    whole = Region.of_slice(plane == plane[seed], cut)
    free = whole.allowed(labels, values, over, only_within).mask.squeeze(cut.axis)
    pieces, _ = label(free)
    if not pieces[seed]:
        return None
    return Region.of_slice(pieces == pieces[seed], cut)
