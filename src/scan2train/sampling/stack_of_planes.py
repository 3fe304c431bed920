"""A grid for planes that lie at whole multiples of one step, some of them left out."""

from __future__ import annotations

import numpy as np

from scan2train.errors import GeometryError, IrregularSlices
from scan2train.grid import FloatArray, Grid
from scan2train.knowledge.tolerances import (
    GEO003_INFO_PART,
    GEO005_SAME_PLACE_MM,
    SAME_ORIENTATION,
    SAME_SPACING,
)

#: More slices than this between the first and the last plane are no stack.
_MOST_SLICES = 1 << 16


def grid_of_planes(
    first: FloatArray,
    right: FloatArray,
    down: FloatArray,
    shape: tuple[int, int],
    between_mm: float,
    thickness_mm: float,
) -> Grid:
    """The grid in which all planes are slices, from the first to the last, with the slices between that are left out.

    Parameters
    ----------
    first, right, down
        ``(n, 3)``, RAS+ mm, as for :func:`~scan2train.sampling.planes.lay`.
    shape
        Rows and columns.
    between_mm
        Distance between slices that is declared, or 0: believed where all gaps are multiples of it.
    thickness_mm
        Thickness of slices, or 0. It is no distance: slices of 1 mm may lie 10 mm apart.

    Raises
    ------
    GeometryError
        If the planes have several orientations or pixel spacings.
    IrregularSlices
        If the gaps between them are no multiples of one step; or all are multiples of a thickness, and nobody says
        whether slices between were left out or never were.
    """
    lengths = np.linalg.norm(right, axis=1), np.linalg.norm(down, axis=1)
    axes = np.concatenate([right / lengths[0][:, None], down / lengths[1][:, None]], axis=1)
    alike = np.abs(axes - axes[0]).max() <= SAME_ORIENTATION
    if not alike or any(np.abs(one / one[0] - 1).max() > SAME_SPACING for one in lengths):
        raise GeometryError(
            "frames have several orientations or pixel spacings",
            expected="one for all frames",
            advice="Give the image that was segmented as reference.",
        )
    normal = np.cross(axes[0, :3], axes[0, 3:])
    # Along rows × columns as DICOM counts them: the change from LPS+ keeps handedness.
    along = first @ normal
    order = np.argsort(along, kind="stable")
    gaps = np.diff(along[order])
    begins = np.flatnonzero(np.concatenate([[True], gaps > GEO005_SAME_PLACE_MM]))
    planes = order[begins]
    if len(planes) == 1:
        step, count = normal * (between_mm or thickness_mm or 1.0), 1
    else:
        gaps = np.diff(along[planes])
        multiples = _multiples(gaps, between_mm)
        if not between_mm:
            _require_known_step(gaps, thickness_mm)
        count = int(multiples.sum()) + 1
        if count > _MOST_SLICES:
            raise IrregularSlices(
                "frames lie farther apart than slices of one stack", found=f"{count} slices"
            )
        step = (first[planes[-1]] - first[planes[0]]) / (count - 1)
    affine = np.eye(4)
    affine[:3] = np.column_stack([right[0], down[0], step, first[planes[0]]])
    return Grid((shape[1], shape[0], count), affine)


def _multiples(gaps: FloatArray, between_mm: float) -> FloatArray:
    for step in (between_mm, float(gaps.min())):
        if step > 0:
            whole = np.round(gaps / step)
            off = np.abs(gaps / step - whole)
            # Rounding of a declared step adds up over many slices.
            if (whole >= 1).all() and (off <= GEO003_INFO_PART * np.maximum(whole / 10, 1)).all():
                return whole
    raise IrregularSlices(
        "the gaps between frames are no multiples of one step",
        expected="slices at even distances, some of them left out",
        found=f"gaps of {gaps.min():.4g} to {gaps.max():.4g} mm",
        advice="Give the image that was segmented as reference.",
    )


def _require_known_step(gaps: FloatArray, thickness_mm: float) -> None:
    times = gaps / thickness_mm if thickness_mm > 0 else np.ones(1)
    if np.round(times.min()) >= 2 and (np.abs(times - np.round(times)) <= GEO003_INFO_PART).all():
        raise IrregularSlices(
            "frames lie farther apart than slices are thick, and how far apart slices are is not said",
            expected="Spacing Between Slices",
            found=f"gaps of {gaps.min():.4g} mm and more, a thickness of {thickness_mm:.4g} mm",
            advice="Give the image that was segmented as reference.",
        )
