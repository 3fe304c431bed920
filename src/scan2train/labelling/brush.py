"""The voxels under a brush: a disc on the slice, or a ball, in millimetres, drawn along a stroke without gaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import FloatArray
from scan2train.labelling.cut import Cut
from scan2train.labelling.region import Index, Region, box_about
from scan2train.volume import Mask

#: The widest brush, as a radius: it covers any scan.
WIDEST_MM: Final = 1000.0
#: Voxels that are looked at in one go: each takes some fifty bytes for as long.
_AT_ONCE = 1 << 20
#: Samples of a stroke for the voxels that it runs through, in a voxel.
_SAMPLES = 4
#: Of two voxels that share the face a plane runs along, one is cut.
_TIE_MM = 1e-6
#: A point on the face between two voxels belongs to the lower one, as in what is shown.
_LOWER = 1e-9


def brush_region(cut: Cut, points: FloatArray, radius_mm: float, *, three_d: bool) -> Region | None:
    """Voxels whose centres lie at most ``radius_mm`` from a stroke, and those that it runs through.

    Parameters
    ----------
    cut
        The slice that it is drawn on. In two dimensions only the voxels of this slice are meant; where the plane is no
        stored slice, all that it passes through, whose centres are taken along its normal.
    points
        ``(n, 2)`` columns and rows of the slice, from which straight lines lead to the next. They may lie outside.
    radius_mm
        Of the disc or the ball; pixels, where the image has no millimetres.
    three_d
        A ball instead of a disc.

    Returns
    -------
    Region
        ``None`` where no voxel is meant.

    Raises
    ------
    WrongUse
        If the radius is no positive number, or above :data:`WIDEST_MM`, or there is no point.
    """
    if not 0 < radius_mm <= WIDEST_MM:
        raise WrongUse(
            "a brush has a radius above 0", expected=f"millimetres, {WIDEST_MM:g} at most", found=radius_mm
        )
    path = cut.indices(points)
    if not len(path):
        raise WrongUse("a stroke has a point at least", found="none")
    flat = not three_d and cut.axis is None
    reach_mm = np.hypot(radius_mm, cut.half_thickness_mm) if flat else radius_mm
    # A box about the ball in indices; half a voxel at least, for the voxel that the stroke runs through.
    reach = np.maximum(reach_mm * np.linalg.norm(cut.grid.inverse[:3, :3], axis=1), 0.5)
    if not three_d and cut.axis is not None:
        reach[cut.axis] = 0
    whole = box_about(path, reach, cut.grid.shape)
    if whole is None:
        return None
    mask = np.zeros([b - a + 1 for a, b in zip(*whole, strict=True)], dtype=np.bool_, order="F")
    for start, end in zip(path, path[1:] if len(path) > 1 else path, strict=False):
        part = box_about(np.array([start, end]), reach, cut.grid.shape)
        if part is None:
            continue
        for slab in _slabs(*part):
            inner = tuple(slice(a - o, b - o + 1) for a, b, o in zip(*slab, whole[0], strict=True))
            mask[inner] |= _near(cut, start, end, slab, radius_mm, flat=flat)
        _add_run_through(mask, whole[0], start, end)
    return Region(whole[0], mask)


def _slabs(low: Index, high: Index) -> Iterator[tuple[Index, Index]]:
    """A box in parts of a bounded size, one after the other; each with its first and last index, both within."""
    columns, rows = (b - a + 1 for a, b in zip(low[:2], high[:2], strict=True))
    of_rows = min(rows, max(1, _AT_ONCE // columns))
    of_slices = max(1, _AT_ONCE // (columns * rows))
    for k in range(low[2], high[2] + 1, of_slices):
        for j in range(low[1], high[1] + 1, of_rows):
            yield (
                (low[0], j, k),
                (high[0], min(j + of_rows - 1, high[1]), min(k + of_slices - 1, high[2])),
            )


def _near(
    cut: Cut,
    start: FloatArray,
    end: FloatArray,
    box: tuple[Index, Index],
    radius_mm: float,
    *,
    flat: bool,
) -> Mask:
    """Which voxels of a box have their centres within the radius of a straight line."""
    axes = cut.grid.affine[:3, :3]
    i, j, k = np.ogrid[tuple(slice(a, b + 1) for a, b in zip(*box, strict=True))]
    x, y, z = (row[0] * (i - start[0]) + row[1] * (j - start[1]) + row[2] * (k - start[2]) for row in axes)
    squared = x * x + y * y + z * z
    depth = None
    if flat:
        n = cut.normal
        depth = n[0] * x + n[1] * y + n[2] * z
        squared -= depth * depth
    line = axes @ (end - start)
    length = float(line @ line)
    if length > 0:
        along = line[0] * x + line[1] * y + line[2] * z
        t = np.clip(along / length, 0, 1)
        squared += t * (t * length - 2 * along)
    near: Mask = squared <= radius_mm**2 * (1 + 1e-12)
    if depth is not None:
        half = cut.half_thickness_mm
        near &= (depth > _TIE_MM - half) & (depth <= half + _TIE_MM)
    return near


def _add_run_through(mask: Mask, low: tuple[int, int, int], start: FloatArray, end: FloatArray) -> None:
    count = int(np.ceil(np.abs(end - start).max() * _SAMPLES)) + 1
    at = np.floor(np.linspace(start, end, count) + 0.5 - _LOWER).astype(int) - low
    at = at[((at >= 0) & (at < mask.shape)).all(axis=1)]
    mask[tuple(at.T)] = True
