"""All stacks of an index, and what is known of each, gathered into the volumes table."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from scan2train.formats.dicom.affine import affines, to_ras, unit_axes
from scan2train.knowledge.tolerances import ABSURD_POSITION_MM, ABSURD_SPACING_MM, GEO013_WARNING
from scan2train.stacking.explain_repeats import UNTOLD, Attributes
from scan2train.stacking.facts import with_facts
from scan2train.stacking.group import geometry, groups
from scan2train.stacking.lacking import lacking
from scan2train.stacking.mixed import with_mixed
from scan2train.stacking.objects import points_of_objects
from scan2train.stacking.regularity import UNEVEN
from scan2train.stacking.repeated import repeated
from scan2train.stacking.siblings import told_apart
from scan2train.stacking.spacing import with_spacing
from scan2train.stacking.spares import with_spares
from scan2train.stacking.stacks import Places, Stack, stacks
from scan2train.stacking.units import all_frames, units
from scan2train.stacking.verdict import irregular
from scan2train.stacking.volume_columns import FIRST, NEEDED, orientations, volume_columns
from scan2train.tables import VOLUMES

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


def gather(instances: pl.DataFrame, frames: pl.DataFrame) -> pl.DataFrame:
    """The volumes table of all DICOM images of an index; see :func:`scan2train.stack.stack`."""
    table = with_spacing(units(instances, frames))
    if table.is_empty():
        return VOLUMES.frame()
    table, said, alike = with_facts(table)
    planes = geometry(table)
    places, axes_error = _places(table, planes)
    attributes = Attributes(table)
    found: list[Stack] = []
    for group in groups(said, alike, planes):
        found.extend([_single(group, places)] if len(group) == 1 else stacks(group, places, attributes))
    found = points_of_objects(found, table, planes, places, attributes)
    return _rows(table, planes, places, axes_error, found)


def _places(table: pl.DataFrame, planes: FloatArray) -> tuple[Places, FloatArray]:
    position = table.select(pl.col("position_x", "position_y", "position_z").cast(pl.Float64)).to_numpy()
    position = np.ascontiguousarray(position, dtype=np.float64)  # rows are taken out of it again and again
    *_, normal, error = unit_axes(planes[:, :3], planes[:, 3:6])
    spacing = planes[:, 6:]
    with np.errstate(invalid="ignore"):
        usable = np.isfinite(position).all(axis=1) & (np.abs(position).max(axis=1) < ABSURD_POSITION_MM)
        usable &= (
            (error <= GEO013_WARNING) & (spacing > 0).all(axis=1) & (spacing < ABSURD_SPACING_MM).all(axis=1)
        )
    return Places(position=position, normal=normal, usable=usable), error


def _single(group: IntArray, places: Places) -> Stack:
    at = int(group[0])
    if not places.usable[at]:
        return Stack(units=group, irregular="no-geometry")
    return Stack(units=group, along_mm=places.position[group] @ places.normal[at])


def _rows(
    table: pl.DataFrame, planes: FloatArray, places: Places, axes_error: FloatArray, found: list[Stack]
) -> pl.DataFrame:
    sizes = np.array([len(one.units) for one in found])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    every = np.concatenate([one.units for one in found])
    first = every[starts]
    # The mean as the first and a mean difference: equal planes stay equal to the last bit.
    off = planes[every] - np.repeat(planes[first], sizes, axis=0)
    mean = planes[first] + np.add.reduceat(off, starts, axis=0) / sizes[:, None]
    x, y, normal, _ = unit_axes(mean[:, :3], mean[:, 3:6])
    usable = np.logical_and.reduceat(places.usable[every], starts)
    # One position says nothing of many frames.
    usable &= table["span"].to_numpy()[first] == 1

    of_units = pl.Series(every.astype(np.uint32))
    flat = table.select(NEEDED)[of_units].hstack(
        [
            pl.Series("v", np.repeat(np.arange(len(found)), sizes)).set_sorted(),
            pl.Series("along_mm", _along(found, sizes)),
        ]
    )
    flat = flat.hstack(repeated(flat, table, of_units))
    rows = volume_columns(table.select(FIRST)[first], all_frames(flat))
    told = told_apart(table, planes, found)

    picture = (table["role"] == "picture").to_numpy()[first]
    frames = table["span"].to_numpy()[first]
    # The frames of a clip are points in time: there is no step in mm from one to the next.
    physical = usable | (picture & (frames == 1) & (mean[:, 6:] > 0).all(axis=1))
    lacks = lacking(physical, picture, frames, places.position[first], axes_error[first], planes[first, 6:])
    step, step_source = _steps(table, found, first, normal, usable)
    x[~usable], y[~usable] = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)
    step[~usable] = (0.0, 0.0, 1.0)
    spacing = np.where(physical[:, None], mean[:, 6:], 1.0)
    origin = np.where(usable[:, None], places.position[first], 0.0)
    affine = affines(x, y, spacing, step, origin)
    lengths = np.linalg.norm(affine[:, :3, :3], axis=1)
    worst = np.maximum.reduceat(np.nan_to_num(axes_error[every], nan=9.0), starts)
    damaged = np.isfinite(axes_error[first]) & (worst > GEO013_WARNING)
    words = irregular(table, found, told, usable, worst, rows)
    columns = {
        "role": told.role,
        "split_by": told.split_by,
        "rival": [one.rival for one in found],
        "siblings": pl.Series(told.siblings, dtype=pl.String).str.extract_all(r"[^+]+"),
        "irregular": words,
        "member_origin_mm": _origins(places, found, words),
        "dimension": ["+".join(dict.fromkeys(r[1] for r in one.reasons)) for one in found],
        "dimension_value": _values(table, found),
        "spacing_i_mm": lengths[:, 0],
        "spacing_j_mm": lengths[:, 1],
        "spacing_k_mm": lengths[:, 2],
        "orientation": orientations(affine),
        "tilt_deg": _tilt_deg(x, y, step),
        "physical": physical,
        "affine": pl.Series(affine.reshape(-1, 16)).cast(pl.List(pl.Float64)),
        "step_source": step_source,
        "lacks": pl.Series(lacks, dtype=pl.List(pl.String)),
        "spacing_source": [
            source if known else ""
            for source, known in zip(table["spacing_source"][first].to_list(), physical.tolist(), strict=True)
        ],
        "axes_error": pl.Series(np.where(usable | damaged, worst, np.nan), nan_to_null=True),
    }
    return with_mixed(_declared(with_spares(rows, table, found), columns), rows)


def _declared(rows: pl.DataFrame, columns: dict[str, Any]) -> pl.DataFrame:
    """The volumes table of ``rows``, which have some of its columns and others, and of further ``columns``.

    Columns are put together as they are: a hundred expressions would cost more than what they compute.
    """
    schema = VOLUMES.schema
    missing = schema.keys() - columns.keys() - set(rows.columns)
    rows = rows.hstack(
        [
            *(pl.Series(name, cells, dtype=schema[name]) for name, cells in columns.items()),
            *(pl.Series(name, [None], dtype=schema[name]).new_from_index(0, rows.height) for name in missing),
        ]
    )
    return rows[list(schema)]


def _steps(
    table: pl.DataFrame,
    found: list[Stack],
    first: IntArray,
    normal: FloatArray,
    usable: npt.NDArray[np.bool_],
) -> tuple[FloatArray, list[str]]:
    """``(n, 3)`` steps from slice to slice, and what each follows from."""
    between = table["spacing_between_slices_mm"].to_numpy()[first]
    thickness = table["thickness_mm"].to_numpy()[first]
    with np.errstate(invalid="ignore"):
        by_between = (between > 0) & (between < ABSURD_SPACING_MM)
        by_thickness = (thickness > 0) & (thickness < ABSURD_SPACING_MM)
    length = np.where(by_between, between, np.where(by_thickness, thickness, 1.0))
    steps = normal * length[:, None]
    sources = np.where(
        by_between, "SpacingBetweenSlices", np.where(by_thickness, "SliceThickness", "assumed")
    ).tolist()
    for at, one in enumerate(found):
        if one.step_mm is not None:
            steps[at], sources[at] = one.step_mm, "positions"
        elif not usable[at]:
            sources[at] = ""
    return steps, sources


def _tilt_deg(x: FloatArray, y: FloatArray, step: FloatArray) -> FloatArray:
    """Angle between each step and its slices' normal."""
    along = np.einsum("ij,ij->i", np.cross(x, y), step)
    across = np.hypot(np.einsum("ij,ij->i", x, step), np.einsum("ij,ij->i", y, step))
    degrees: FloatArray = np.round(np.degrees(np.arctan2(across, np.abs(along))), 6)
    return degrees


def _values(table: pl.DataFrame, found: list[Stack]) -> list[str]:
    """What the attributes that told each stack apart say of it; of :data:`UNTOLD` ones only a number in their order."""
    series = table["series"]
    ranks: dict[tuple[str | None, str], set[int]] = {}
    for one in found:
        for name, _, rank in one.reasons:
            if name in UNTOLD:
                ranks.setdefault((series[int(one.units[0])], name), set()).add(rank)
    numbers = {key: {rank: n for n, rank in enumerate(sorted(own), start=1)} for key, own in ranks.items()}
    values = []
    for one in found:
        unit = int(one.units[0])
        values.append(
            " + ".join(
                f"{dimension} {numbers[series[unit], name][rank]}"
                if name in UNTOLD
                else _value(table, name, unit)
                for name, dimension, rank in one.reasons
            )
        )
    return values


def _value(table: pl.DataFrame, name: str, unit: int) -> str:
    column, at = (
        ("dimension_index", int(name[-1]) - 1) if name.startswith("dimension_index_") else (name, None)
    )
    value = table[column][unit]
    return "" if value is None else str(value) if at is None else str(value).split("\\")[at]


def _origins(places: Places, found: list[Stack], words: list[str]) -> pl.Series:
    """Where the slices of the stacks are that are no regular grid, RAS+; of others the affine says it."""
    apart = [
        to_ras(places.position[one.units]).ravel().tolist() if word in UNEVEN else None
        for one, word in zip(found, words, strict=True)
    ]
    return pl.Series(apart, dtype=pl.List(pl.Float64))


def _along(found: list[Stack], sizes: IntArray) -> FloatArray:
    """Place of every slice along its stack's normal, NaN where there is none."""
    nowhere = np.full(int(sizes.max()), np.nan)
    return np.concatenate(
        [nowhere[: len(one.units)] if one.along_mm is None else one.along_mm for one in found]
    )
