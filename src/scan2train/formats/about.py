"""What a Zarr folder and a ``.b2nd`` file say of their array: where it lies, its unit, and the names of its labels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import GeometryError, NonconformingHeader, Scan2TrainError
from scan2train.grid import Grid
from scan2train.volume import Labels, Volume

#: The one key of the attributes under which all of it stands.
KEY = "scan2train"
_SPACE = "RAS+ mm, index to voxel centre"


def about(volume: Volume, *, reverse: bool = False) -> dict[str, Any]:
    """Plain values that say where the array lies and what its values are; ``reverse`` where k is its first axis."""
    axes = "ijkc"[: volume.array.ndim]
    told: dict[str, Any] = {
        "shape": list(volume.grid.shape),
        "affine": volume.grid.affine.tolist(),
        "space": _SPACE,
        "physical": volume.grid.physical,
        "unit": volume.unit,
        "axes": list(axes[::-1] if reverse else axes),
    }
    if isinstance(volume, Labels):
        told["labels"] = {str(value): name for value, name in sorted(volume.names.items())}
    return told


def grid_of(told: Mapping[str, Any], shape: tuple[int, ...], path: Path) -> Grid:
    """The grid of an ``(i, j, k[, c])`` array.

    Raises
    ------
    NonconformingHeader
        If the affine is no matrix of numbers, or counts in another space.
    GeometryError
        If it is not finite or singular, or belongs to an array of another shape.
    """
    if told.get("shape", list(shape[:3])) != list(shape[:3]):
        raise GeometryError(
            "array and geometry disagree", where=path, expected=ascii(told["shape"])[:80], found=shape[:3]
        )
    if told.get("space", _SPACE) != _SPACE:
        raise NonconformingHeader(
            "the affine counts in an unknown space",
            where=path,
            expected=_SPACE,
            found=ascii(told["space"])[:80],
        )
    try:
        affine = np.array(told["affine"], dtype=np.float64)
        return Grid((shape[0], shape[1], shape[2]), affine, physical=bool(told.get("physical", True)))
    except GeometryError as error:
        error.where = str(path)
        raise
    except Scan2TrainError:
        raise
    except (LookupError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise NonconformingHeader("the geometry is no affine", where=path) from error


def volume_of(
    array: npt.NDArray[Any],
    valid: npt.NDArray[np.bool_] | None,
    told: Mapping[str, Any],
    place: tuple[Grid, Path],
    **more: Any,
) -> Volume:
    """The volume, ``Labels`` where names were written; ``place`` is its grid and its file, ``more`` further fields.

    Raises
    ------
    NonconformingHeader
        If the names are none, or labels are no whole numbers.
    """
    grid, path = place
    names = told.get("labels")
    if names is None:
        return Volume(array=array, grid=grid, valid=valid, unit=str(told.get("unit", "a.u.")), **more)
    try:
        named = {int(value): str(name) for value, name in names.items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise NonconformingHeader("the labels' names are no numbers with names", where=path) from error
    if array.dtype.kind not in "biu" or array.ndim != 3:
        raise NonconformingHeader(
            "labels that are no whole numbers", where=path, found=f"{array.dtype}, {array.ndim} axes"
        )
    return Labels(array=array, grid=grid, valid=valid, names=named, **more)
