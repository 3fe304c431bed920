"""The voxels within an outline that was drawn on a slice."""

from __future__ import annotations

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import FloatArray
from scan2train.labelling.cut import Cut
from scan2train.labelling.region import Region, box_about
from scan2train.volume import Mask

_TIE_MM = 1e-6


def polygon_region(cut: Cut, points: FloatArray) -> Region | None:
    """Voxels of a slice whose centres lie within a closed outline, or on it.

    Where the outline crosses itself the even-odd rule says what is within. Where the plane is no stored slice, all
    voxels are meant that it passes through and whose centres, along its normal, lie within.

    Parameters
    ----------
    cut
        The slice.
    points
        ``(n, 2)`` columns and rows; the last is joined to the first.

    Raises
    ------
    WrongUse
        If there are fewer than three points.
    """
    from skimage.measure import points_in_poly

    corners = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    if len(corners) < 3:
        raise WrongUse("an outline has three points at least", found=len(corners))
    axes = cut.grid.affine[:3, :3]
    half = 0.0 if cut.axis is not None else cut.half_thickness_mm
    box = box_about(
        cut.indices(corners), half * np.linalg.norm(cut.grid.inverse[:3, :3], axis=1), cut.grid.shape
    )
    if box is None:
        return None
    shape = [b - a + 1 for a, b in zip(*box, strict=True)]
    offsets = np.indices(shape).reshape(3, -1).T + box[0] - cut.origin
    # Steps right, down and across as a base: how far a centre lies along each of them.
    base = np.linalg.inv(np.column_stack([axes @ cut.right, axes @ cut.down, cut.normal]))
    column, row, depth = base @ axes @ offsets.T
    within: Mask = points_in_poly(np.column_stack([column, row]), corners)  # type: ignore[no-untyped-call]
    if cut.axis is None:
        within &= (depth > _TIE_MM - half) & (depth <= half + _TIE_MM)
    return Region(box[0], within.reshape(shape))
