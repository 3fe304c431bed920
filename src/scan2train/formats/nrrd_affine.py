"""Where an NRRD file puts its voxels, and which of its axes lie in space."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from scan2train.errors import GeometryError, NonconformingHeader
from scan2train.finding import Finding, Severity
from scan2train.formats.axes import sheared
from scan2train.formats.noticed import noticed
from scan2train.formats.nrrd_fields import SEPARATE_KINDS, SPATIAL_KINDS, space_to_ras, vectors
from scan2train.grid import FloatArray, Grid

_MM = {
    "mm": 1.0,
    "millimeter": 1.0,
    "cm": 10.0,
    "m": 1000.0,
    "meter": 1000.0,
    "um": 0.001,
    "μm": 0.001,
    "": 1.0,
}


class Axes(NamedTuple):
    """Which axes of the file, the fastest being 0, are in space, and the one that is not: -1 where there is none."""

    spatial: tuple[int, ...]
    other: int
    separate: bool
    kind: str


def axes_of(fields: dict[str, str], size: tuple[int, ...], path: Path) -> Axes:
    """Tell the axes in space from the one of channels, time or list.

    Raises
    ------
    NonconformingHeader
        If there are more axes than three in space and one other.
    """
    kinds = [kind.lower() for kind in fields.get("kinds", "").split()]
    kinds = [("" if kind in {"???", "none"} else kind) for kind in kinds] or [""] * len(size)
    directions = vectors(fields.get("space directions", ""), path) or [None] * len(size)
    if len(kinds) != len(size) or len(directions) != len(size):
        raise NonconformingHeader("kinds and space directions need one entry an axis", where=path)
    placed = any(direction is not None for direction in directions)
    spatial = [
        at
        for at, (kind, direction) in enumerate(zip(kinds, directions, strict=True))
        if (_leads_through_space(direction) if placed else kind in SPATIAL_KINDS)
    ]
    if len(spatial) > 3:
        spatial = spatial[:3]
    others = [at for at in range(len(size)) if at not in spatial]
    long = [at for at in others if size[at] > 1]
    if len(spatial) < 2 or len(long) > 1:
        raise NonconformingHeader(
            "axes that are not understood",
            where=path,
            expected="two or three axes in space and one of channels, time or list",
            found=fields.get("kinds", f"{len(size)} axes"),
        )
    other = (long or others or [-1])[0]
    kind = kinds[other] if other >= 0 else ""
    separate = other >= 0 and (kind in SEPARATE_KINDS or (kind in SPATIAL_KINDS and other == len(size) - 1))
    return Axes(tuple(spatial), other, separate, "list" if kind == "list" else "time" if separate else "")


def grid_of(
    fields: dict[str, str], size: tuple[int, ...], axes: Axes, path: Path
) -> tuple[Grid, tuple[Finding, ...]]:
    """Grid of one volume and what is odd about it; a pixel grid where nothing says how the patient lies in it.

    Raises
    ------
    GeometryError
        If directions or origin are not finite, or singular.
    """
    sizes = [size[at] for at in axes.spatial]
    shape = (sizes[0], sizes[1], sizes[2] if len(sizes) > 2 else 1)
    columns = _columns(fields, axes, path)
    turn = space_to_ras(fields.get("space", ""))
    if columns is None or turn is None:
        # Judged all the same: what is broken is no pixel grid but a broken file.
        if columns is not None:
            Grid(shape, _affine(columns, np.zeros(3)))
        return Grid(shape, np.eye(4), physical=False), (_no_place(fields, path),)
    odd: tuple[Finding, ...] = ()
    origin = [part for part in vectors(fields.get("space origin", ""), path) if part is not None]
    if not origin:
        odd += (noticed("GEO001", path, "no space origin: the first voxel was put at 0", seen="none"),)
    place = np.array(origin[0][:3]) if origin else np.zeros(3)
    if place.size != 3:
        raise NonconformingHeader("a space origin of fewer than three numbers", where=path)
    scale, unit_odd = _unit(fields, path)
    try:
        with np.errstate(invalid="ignore"):  # the grid itself refuses what is not finite
            grid = Grid(shape, _affine(turn @ columns * scale, turn @ place * scale))
    except GeometryError as error:
        error.where = str(path)
        raise
    return grid, (*odd, *unit_odd, *sheared(grid, path))


def _leads_through_space(direction: tuple[float, ...] | None) -> bool:
    # In a space with time, the axis of time has zeros for the first three. NaN counts as a direction, to be refused.
    return direction is not None and not (len(direction) == 4 and not any(direction[:3]))


def _columns(fields: dict[str, str], axes: Axes, path: Path) -> FloatArray | None:
    directions = vectors(fields.get("space directions", ""), path)
    found = [
        direction for direction in directions if _leads_through_space(direction) and direction is not None
    ]
    if not found:
        return None
    if any(len(direction) not in {3, 4} for direction in found):
        raise NonconformingHeader("space directions need three numbers each", where=path)
    columns = np.array([direction[:3] for direction in found[:3]]).T
    if len(axes.spatial) == 2:
        third = np.cross(columns[:, 0], columns[:, 1])
        length = np.linalg.norm(third)
        columns = np.column_stack([columns, third / length if length > 0 else third])
    return columns


def _affine(columns: FloatArray, place: FloatArray) -> FloatArray:
    affine = np.eye(4)
    affine[:3, :3] = columns
    affine[:3, 3] = place
    return affine


def _no_place(fields: dict[str, str], path: Path) -> Finding:
    return noticed(
        "GEO001",
        path,
        "nothing says how the voxels lie in the patient: read as a pixel grid",
        severity=Severity.INFO,
        seen=", ".join(
            f"{name} {fields.get(name, 'none')}" for name in ("space", "space directions", "spacings")
        ),
        expected="a space such as left-posterior-superior, and space directions",
        advice="Convert it again from the source.",
    )


def _unit(fields: dict[str, str], path: Path) -> tuple[float, tuple[Finding, ...]]:
    units = [unit.strip('"') for unit in fields.get("space units", "").split()][:3]
    named = {unit.lower() for unit in units}
    if named <= {"mm", "millimeter", ""}:
        return 1.0, ()
    unit = named.pop()
    if named or unit not in _MM:
        return 1.0, (noticed("NII003", path, "unknown units of length, taken for mm", seen=ascii(units)),)
    found = noticed("NII003", path, "lengths were converted to mm", seen=unit, expected="mm")
    return _MM[unit], (found,)
