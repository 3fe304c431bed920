"""Volumes of one series that are points of one dimension, such as time: read as one array of four axes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import GeometryError, WrongUse
from scan2train.finding import Finding
from scan2train.knowledge.tolerances import LAB001_SILENT_VOXELS
from scan2train.volume import Labels, Mask, Volume

#: What a volume's ``meta`` says of its values, which may be another at each point.
_SHARED = frozenset(("uptake", "window"))
#: Dimensions whose points are one measurement, done again or otherwise. Other words of the volumes table (image-type,
#: contrast, segment, folder, …) tell volumes apart that nobody would put into one array.
_ALIKE = frozenset(
    (
        *("time", "echo", "b-value", "direction", "phase", "frame", "energy", "inversion-time", "flip-angle"),
        *("acquisition", "instance", "sequence", "energy-window", "rr-interval"),
    )
)

Row = Mapping[str, Any]


def of_one_dimension(rows: Sequence[Row]) -> bool:
    """Whether rows of the volumes table are points of one dimension, in a single series or file."""
    words = (rows[0]["dimension"] or "").split("+")
    return _ALIKE.issuperset(words) and len({_key(row) for row in rows}) == 1


def together(rows: Sequence[Row]) -> dict[str, Any]:
    """One row for all points of a dimension: the first one's columns, and all of them as ``points``."""
    return {**rows[0], "points": list(rows)}


def grouped(rows: Iterable[Row]) -> list[Row]:
    """Rows with those of one dimension put together, in order of the first of each; the rest as they are."""
    series: dict[object, list[Row]] = {}
    for at, row in enumerate(rows):
        alike = _ALIKE.issuperset((row["dimension"] or "").split("+"))
        series.setdefault(_key(row) if alike else at, []).append(row)
    return [together(own) if len(own) > 1 else own[0] for own in series.values()]


def stacked(rows: Sequence[Row], volumes: Iterator[Volume]) -> Volume:
    """Put the volumes of ``rows``, as they come, into one, ``(i, j, k, t)``; none is kept once it is in there.

    ``valid`` is true where it is at every point. ``meta`` has a window and factors of uptake only where all points
    share them, and ``dimension``, ``dimension_values`` in order, the ``volumes`` that were put together, and
    ``dimension_step_s`` where the points follow one another at even times.

    Raises
    ------
    GeometryError
        If their grids differ.
    WrongUse
        If they are labels or colour, or differ in unit.
    """
    first = next(volumes)
    if isinstance(first, Labels):
        raise WrongUse(
            "labels have one value a voxel", found=f"{len(rows)} volumes", advice="Read them without stack."
        )
    if first.array.ndim != 3:
        raise WrongUse("colour cannot be put along a fourth axis", found=f"{first.array.shape[3]} channels")
    array = _room(first, len(rows), first.array.dtype)
    array[..., 0] = first.array
    valid, findings = first.valid, list(first.findings)
    meta = {name: value for name, value in first.meta.items() if name not in ("volume", "dimension_value")}
    for at, (row, one) in enumerate(zip(rows[1:], volumes, strict=True), start=1):
        _require_alike(first, one, row)
        dtype = np.result_type(array, one.array)
        if dtype != array.dtype:
            wider = _room(first, len(rows), dtype)
            wider[..., :at] = array[..., :at]
            array = wider
        array[..., at] = one.array
        valid = _both(valid, one.valid)
        findings += one.findings
        meta = {
            name: value for name, value in meta.items() if name not in _SHARED or one.meta.get(name) == value
        }
    values = [_number(row["dimension_value"]) for row in rows]
    meta |= {"dimension_values": values, "volumes": [row["volume"] for row in rows]}
    step = _step_s(rows)
    if step is not None:
        meta["dimension_step_s"] = step
    return first.replace(array=array, valid=valid, findings=_distinct(findings), meta=meta)


def _key(row: Row) -> tuple[object, ...]:
    """What points of one dimension have in common."""
    series = row["series_uid"] or row["path"] if row["format"] == "dicom" else row["path"]
    return (row["source"], row["format"], series, row["dimension"], row["role"])


def _room(first: Volume, points: int, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Room for all points, stored one volume behind another, as an ``(i, j, k, t)`` view."""
    i, j, k = first.array.shape
    return np.empty((points, k, j, i), dtype=dtype).transpose(3, 2, 1, 0)


def _require_alike(first: Volume, one: Volume, row: Row) -> None:
    apart = first.grid.distance_in_voxels(one.grid)
    if not apart <= LAB001_SILENT_VOXELS or one.array.ndim != 3:
        raise GeometryError(
            "volumes of one series lie on different grids and are no points of one array",
            where=row["path"],
            expected=first.grid,
            found=one.grid,
            advice="Read them one by one, without stack.",
        )
    if one.unit != first.unit:
        raise WrongUse("volumes have different units", where=row["path"], expected=first.unit, found=one.unit)


def _both(mine: Mask | None, other: Mask | None) -> Mask | None:
    if mine is None or other is None:
        return other if mine is None else mine
    return mine & other


def _distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding for what was noticed of several points."""
    return tuple({(one.code, one.severity, one.message): one for one in reversed(list(findings))}.values())[
        ::-1
    ]


def _number(text: object) -> object:
    """A value as a number where it is one."""
    try:
        value = float(str(text))
    except ValueError:
        return text
    return int(value) if value == int(value) else value


def _step_s(rows: Sequence[Row]) -> float | None:
    """Seconds between one point and the next, where they are even to a hundredth."""
    times = [row.get("after_s") for row in rows]
    if len(times) < 2 or None in times:
        return None
    steps = np.diff(np.array(times, dtype=np.float64))
    mean = float(steps.mean())
    return round(mean, 6) if mean > 0 and np.abs(steps - mean).max() <= mean / 100 else None
