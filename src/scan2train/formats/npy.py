"""NumPy's own format: ``x.npy`` with the geometry in ``x.json`` beside it."""

from __future__ import annotations

import json
import math
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.errors import (
    GeometryError,
    NonconformingHeader,
    NotAnImage,
    Scan2TrainError,
    UnreadableFile,
    WrongUse,
)
from scan2train.finding import Finding, Severity
from scan2train.formats.atomic import replacing
from scan2train.formats.bounded import Stream
from scan2train.formats.header import ImageHeader
from scan2train.formats.noticed import misleading_suffix, non_finite, noticed, surplus
from scan2train.formats.regular import open_regular
from scan2train.formats.scaling import read_values
from scan2train.formats.sibling import beside
from scan2train.formats.voxels_out import copy, slabs
from scan2train.grid import Grid
from scan2train.volume import Labels, Volume

_MOST_HEADER = 1 << 16
_MOST_JSON = 1 << 20


def read_header(path: Path) -> ImageHeader:
    """Read what an ``.npy`` and the ``.json`` beside it say.

    Raises
    ------
    NotAnImage
        If the array has not three or four axes of numbers.
    UnreadableFile, NonconformingHeader, GeometryError
        If a header is broken, promises more than the file holds, or array and geometry disagree.
    """
    return examine(path)[0]


def read_volumes(path: Path) -> tuple[Volume, ...]:
    """Read the one array: ``(i, j, k)`` or ``(i, j, k, c)``, ``Labels`` where the geometry's file says so.

    Without a geometry's file it lies on a pixel grid.

    Raises
    ------
    NotAnImage, UnreadableFile, NonconformingHeader, GeometryError
        As :func:`read_header`.
    """
    header, shape, fortran, offset = examine(path)
    with Stream(path, offset=offset) as stream:
        values = read_values(stream, header.dtype, math.prod(shape))
        odd = (*surplus(path, stream.surplus()), *non_finite(path, values))
    array = values.reshape(shape, order="F" if fortran else "C")
    about = {"format": "npy", "path": str(path)}
    findings = (*header.findings, *odd)
    names = header.fields.get("names")
    if isinstance(names, dict):
        named = _names(names, path)
        return (Labels(array=array, grid=header.grid, findings=findings, meta=about, names=named),)
    return (Volume(array=array, grid=header.grid, unit=header.unit, findings=findings, meta=about),)


def write(volume: Volume, path: Path) -> None:
    """Write the array as it is to ``path`` and its geometry, unit and labels' names to a ``.json`` beside it.

    Raises
    ------
    WrongUse
        If the values are not numbers.
    """
    array = volume.array
    if array.dtype.kind not in "biuf":
        raise WrongUse(f"values of type {array.dtype} cannot be written", where=path)
    about: dict[str, object] = {"grid": volume.grid.to_json(), "unit": volume.unit}
    if isinstance(volume, Labels):
        about["names"] = {str(value): name for value, name in sorted(volume.names.items())}
    little = array.dtype.newbyteorder("<")
    head = BytesIO()
    described = {
        "descr": np.lib.format.dtype_to_descr(little),
        "fortran_order": array.ndim == 3,
        "shape": array.shape,
    }
    np.lib.format.write_array_header_1_0(head, described)
    with replacing(path.with_suffix(".json")) as file:
        file.write(json.dumps(about, indent=1, ensure_ascii=False).encode())
    with replacing(path) as file:
        file.write(head.getvalue())
        if array.ndim == 3:
            copy(slabs(array, little), file)
        else:
            file.writelines(np.ascontiguousarray(plane, little).tobytes() for plane in array)


def examine(path: Path) -> tuple[ImageHeader, tuple[int, ...], bool, int]:
    """Header, shape, whether the first index is the fastest, and where the values begin."""
    with open_regular(path) as file:
        head = BytesIO(file.read(_MOST_HEADER))
    try:
        version = np.lib.format.read_magic(head)
        readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, fortran, dtype = readers[version](head)
    except Exception as error:  # numpy parses a line of Python, and raises whatever that raises
        raise UnreadableFile(f"the header is broken: {error}", where=path) from error
    if dtype.kind not in "biuf" or len(shape) not in {3, 4}:
        raise NotAnImage("an array, but no volume", where=path, found=f"{dtype}, shape {shape}")
    if min(shape) < 1:
        raise NonconformingHeader("impossible sizes", where=path, found=shape)
    with Stream(path, offset=head.tell()) as stream:
        stream.justify(math.prod(shape) * dtype.itemsize)
    about, odd = _geometry(path)
    grid = _grid(about, shape[:3], path)
    header = ImageHeader(
        format="npy",
        grid=grid,
        dtype=dtype,
        channels=shape[3] if len(shape) > 3 else 1,
        unit=str(about.get("unit", "a.u.")),
        files=(path, path.with_suffix(".json")) if about else (path,),
        findings=(*misleading_suffix(path, "npy"), *odd),
        fields=about,
    )
    return header, shape, fortran, head.tell()


def _geometry(path: Path) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    if not path.with_suffix(".json").is_file():
        message = "no geometry beside it: read as a pixel grid"
        expected = path.with_suffix(".json").name
        return {}, (noticed("GEO001", path, message, severity=Severity.INFO, expected=expected),)
    with open_regular(beside(path, path.with_suffix(".json").name)) as file:
        text = file.read(_MOST_JSON)
    try:
        about = json.loads(text)
    except RecursionError as error:
        raise NonconformingHeader(
            "the geometry is nested too deeply", where=path.with_suffix(".json")
        ) from error
    except ValueError as error:
        raise UnreadableFile("the geometry is no JSON", where=path.with_suffix(".json")) from error
    return (about if isinstance(about, dict) else {}), ()


def _names(names: dict[str, Any], path: Path) -> dict[int, str]:
    try:
        return {int(value): str(name) for value, name in names.items()}
    except (ValueError, RecursionError) as error:
        raise NonconformingHeader(
            "the labels' names are no numbers with names", where=path.with_suffix(".json")
        ) from error


def _grid(about: dict[str, Any], shape: tuple[int, ...], path: Path) -> Grid:
    size = (shape[0], shape[1], shape[2])
    if not about:
        return Grid(size, np.eye(4), physical=False)
    try:
        grid = Grid.from_json(about["grid"])
    except Scan2TrainError:
        raise
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
        raise NonconformingHeader("the geometry is no grid", where=path.with_suffix(".json")) from error
    if grid.shape != size:
        raise GeometryError("array and geometry disagree", where=path, expected=grid.shape, found=size)
    return grid
