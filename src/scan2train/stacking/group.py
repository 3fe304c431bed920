"""Frames that can be slices of one stack: everything but their places agrees."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from scan2train.knowledge.tolerances import SAME_ORIENTATION, SAME_SPACING
from scan2train.stacking.runs import Runs

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

#: What one series is. Not its study: some writers give each slice a study of its own, and the series' UID is unique.
SERIES = ("source", "series")

#: Attributes in which the slices of a stack must agree exactly, the most telling first.
MUST_AGREE = (
    *("patient", "modality", "sop_class_uid", "role", "frame_of_reference_uid", "rows", "columns"),
    *(
        "samples",
        "photometric",
        "planar",
        "bits_allocated",
        "pixel_representation",
        "high_bit",
        "bits_stored",
    ),
    *("float_pixels", "modality_lut", "rescale_type", "units", "kernel", "object"),
)

#: Directions of row and column, then spacing of rows and columns.
GEOMETRY = ("row_x", "row_y", "row_z", "col_x", "col_y", "col_z", "row_spacing_mm", "col_spacing_mm")

#: Fewer distinct geometries than this are compared with one another; hostile series with more are not merged.
_MOST_COMPARED = 512


def geometry(units: pl.DataFrame) -> FloatArray:
    """``(n, 8)`` cosines and spacings of every unit, NaN where the header lacks them."""
    return units.select(pl.col(GEOMETRY).cast(pl.Float64)).to_numpy().astype(np.float64)


def groups(said: pl.DataFrame, found: Runs, planes: FloatArray) -> list[IntArray]:
    """Units that agree in all of :data:`MUST_AGREE` and, within rounding, in orientation and spacing.

    ``said`` has a row for each run of units, ``planes`` is what :func:`geometry` gives. Units without orientation
    or spacing form groups of their own, and so does each unit that is ``single``.
    """
    agree = [
        name
        for name in (*SERIES, *MUST_AGREE, "single")
        if name in found.varying or name in ("role", "object", "single")
    ]
    leader = said.select(pl.col("unit").first().over(agree)).to_series().to_numpy()
    every = np.arange(len(planes))
    single = np.repeat(said["single"].to_numpy(), found.length)
    leaders = np.where(single, every, np.repeat(leader, found.length))
    by_leader = np.argsort(leaders, kind="stable")
    ends = np.flatnonzero(np.diff(leaders[by_leader])) + 1
    return [
        members[part]
        for members in np.split(by_leader, ends)
        for part in (same_plane(planes[members]) if len(members) > 1 else [slice(None)])
    ]


def same_plane(planes: FloatArray) -> list[IntArray]:
    """Split rows of ``(n, 8)`` geometry into sets that differ by no more than rounding."""
    if (planes == planes[0]).all():
        return [np.arange(len(planes))]
    known = np.isfinite(planes).all(axis=1)
    parts = [np.flatnonzero(~known)] if not known.all() else []
    rest = np.flatnonzero(known)
    compared = 0
    while len(rest):
        values, first = planes[rest], planes[rest[0]]
        close = np.abs(values[:, :6] - first[:6]).max(axis=1) <= SAME_ORIENTATION
        spacing_off = np.abs(values[:, 6:] - first[6:]).max(axis=1)
        close &= spacing_off <= SAME_SPACING * np.abs(first[6:]).min()
        close[0] = True
        parts.append(rest[close])
        rest = rest[~close]
        compared += 1
        if compared >= _MOST_COMPARED:
            parts.extend(rest.reshape(-1, 1))
            break
    return parts
