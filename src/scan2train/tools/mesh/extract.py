"""The surface of a label, or of all that is as bright as a level, by marching cubes."""

from __future__ import annotations

from typing import Any

import numpy as np

from scan2train.errors import GeometryError, WrongUse
from scan2train.measures.closed_mask import closed_mask
from scan2train.measures.distances import box_around
from scan2train.measures.enclosed_holes import enclosed_holes
from scan2train.tools.mesh.surface import Surface
from scan2train.volume import Array, Labels, Mask, Volume

#: Axes that are further from perpendicular have no ball along indices.
_MOST_SHEAR = 1e-3


def extract(
    volume: Volume, *, level: float | None, label: int | None, close_mm: float, fill: bool
) -> tuple[Surface, int]:
    """The surface, closed where the picture ends, in RAS+ mm; and how many voxels lie within.

    Parameters
    ----------
    volume
        Labels or an image.
    level
        For an image: what is at least as bright is within.
    label
        For labels: which one; all together if ``None``.
    close_mm, fill
        Close gaps by a ball of this radius, 0 for none, and fill what is shut in.

    Raises
    ------
    WrongUse
        If there is nothing within, or no level for an image.
    GeometryError
        If there are no millimetres, or axes are not perpendicular where gaps are to be closed.
    """
    from skimage import measure

    march: Any = measure.marching_cubes
    volume.grid.require_physical("a surface in the world")
    if volume.array.ndim != 3:
        raise WrongUse("a surface is that of one value a voxel", found=f"shape {volume.array.shape}")
    if close_mm and volume.grid.shear > _MOST_SHEAR:
        raise GeometryError(
            "gaps cannot be closed by a ball where axes are not perpendicular",
            found=f"a shear of {volume.grid.shear:.3g}",
            advice="Resample first (detilt in a recipe), or leave closing out.",
        )
    values, at = _field(volume, level, label)
    within = values >= at
    if not within.any():
        raise WrongUse(
            "there is no surface: nothing lies within",
            expected="a label that is there" if level is None else f"values of {level:g} or more",
            found=_there(volume, level),
        )
    box = box_around(within, [int(np.ceil(close_mm / step)) + 1 for step in volume.grid.spacing])
    part, inside = values[box].astype(np.float32), within[box]
    solid = closed_mask(inside, close_mm, volume.grid.spacing) if close_mm else inside
    solid = solid | enclosed_holes(solid, 26) if fill else solid
    # What was added gets as much above the level as it was below it, so that the rest stays where it was.
    added = solid & ~inside
    part[added] = 2 * at - part[added]
    # A value of the very level is within; a surface through the centre of a voxel would have triangles without area.
    nudged = at - 1e-4 * max(1.0, abs(at)) if level is not None else at
    points, faces, _, _ = march(_ended(part, at), nudged)
    index = points.astype(np.float64) - 1 + [one.start for one in box]
    made = Surface(points=volume.grid.to_world(index), faces=faces.astype(np.int64))
    # A mirrored grid turns triangles inside out.
    outward = made if made.volume_mm3 > 0 else Surface(points=made.points, faces=made.faces[:, ::-1].copy())
    return outward, int(np.count_nonzero(solid))


def needs_level(where: object, found: object) -> WrongUse:
    """The error of an image that comes without a level."""
    return WrongUse(
        "an image needs a level",
        where=where,
        expected="level, such as 300 for bone in HU (--level 300)",
        found=found,
        advice="A mask is told by being Labels; read it with as_labels=True, or name a label (--label).",
    )


def _ended(part: Array, at: float) -> Array:
    """With one voxel more all round, such that the surface ends half a voxel beyond the last that is within."""
    wide = np.pad(part, 1, mode="edge")
    shell = np.ones(wide.shape, dtype=np.bool_)
    shell[1:-1, 1:-1, 1:-1] = False
    shell &= wide >= at
    wide[shell] = 2 * at - wide[shell]
    # Of a value that is the level itself, too, the mirror image is without.
    wide[shell] -= 1e-3 * max(1.0, abs(at)) * (wide[shell] >= at)
    return wide


def _field(volume: Volume, level: float | None, label: int | None) -> tuple[Array, float]:
    if isinstance(volume, Labels):
        if level is not None:
            raise WrongUse(
                "labels have no level", expected="label to say which one", found=f"level {level:g}"
            )
        chosen: Mask = volume.array != 0 if label is None else volume.array == label
        return chosen.astype(np.float32), 0.5
    if level is None or label is not None:
        raise needs_level(None, "an image" if label is None else f"an image, and label {label}")
    values = volume.array
    if values.dtype.kind == "f":
        # What is infinite stays so until the range of the others is known.
        values = np.where(np.isnan(values), values.dtype.type(-np.inf), values)
    if volume.valid is not None:
        low = float(values[volume.valid].min()) if volume.valid.any() else level - 1
        values = np.where(volume.valid, values, min(low, level - 1)).astype(np.float32)
    if values.dtype.kind == "f":
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (level - 1, level + 1)
        values = values.clip(min(low, level - 1), max(high, level + 1))
    return values, float(level)


def _there(volume: Volume, level: float | None) -> str:
    if level is None:
        there = [str(value) for value in np.unique(volume.array) if value]
        return f"labels {', '.join(there[:12])}" if there else "no label at all"
    known = volume.array[np.isfinite(volume.array)]
    return f"values up to {known.max():g} {volume.unit}" if known.size else "no number at all"
