"""What a NIfTI header says, made sure of: sizes, type, scale, and where the voxels are."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scan2train.errors import GeometryError, NonconformingHeader
from scan2train.finding import Finding, Severity
from scan2train.formats.bounded import Coding, Stream
from scan2train.formats.header import ImageHeader
from scan2train.formats.nifti_affine import grid_of
from scan2train.formats.nifti_fields import DATATYPES, NIFTI2, REFUSED_DATATYPES, RawHeader, parse
from scan2train.formats.noticed import misleading_suffix, noticed
from scan2train.formats.regular import open_regular
from scan2train.formats.sibling import beside

_GZIP_MAGIC = b"\x1f\x8b"
_GZIPPED, _PLAIN = (".nii.gz", ".hdr.gz"), (".nii", ".hdr")
#: Bytes between the header and its extensions.
EXTENDER = 4
_MOST_DIMENSIONS = 7
#: Index in ``dim`` of time and of the components of a vector.
_TIME, _VECTOR = 4, 5


class Layout(NamedTuple):
    """How the voxels lie in the file; ``interleaved`` counts colours, which are the fastest axis."""

    shape: tuple[int, int, int]
    volumes: int
    vector: int
    interleaved: int
    dtype: np.dtype[Any]


class Known(NamedTuple):
    """All that the header tells; ``offset`` is where in its file the voxels begin."""

    raw: RawHeader
    layout: Layout
    offset: int
    header: ImageHeader


def examine(path: Path) -> Known:
    """Read and judge the header; raises what :func:`scan2train.formats.nifti_read.read_header` says."""
    with Stream(path, coding_of(path)) as stream:
        raw = parse(stream.read(NIFTI2.itemsize), path)
    data, offset = _place(raw, path)
    sizes = _sizes(raw, path)
    with Stream(data, coding_of(data)) as stream:
        stream.justify(offset + math.prod(sizes))
        layout = _layout(raw, sizes, path)
        stream.justify(offset + math.prod(sizes) * layout.interleaved * layout.dtype.itemsize)
    try:
        grid, about_grid = grid_of(raw.fields, layout.shape, path)
    except GeometryError as error:
        error.where = str(path)
        raise
    slope, intercept, about_scale = _scale(raw.fields, layout, path)
    right = _GZIPPED if coding_of(path) == "gzip" else _PLAIN
    found = (
        *misleading_suffix(path, "nifti", right),
        *_bitpix(raw, layout, path),
        *_further_axes(raw, path),
        *about_grid,
        *about_scale,
    )
    header = ImageHeader(
        format="nifti",
        grid=grid,
        dtype=layout.dtype,
        channels=layout.vector * layout.interleaved,
        volumes=layout.volumes,
        dimension="time" if layout.volumes > 1 else "",
        slope=slope,
        intercept=intercept,
        files=(path,) if data == path else (path, data),
        findings=found,
        fields={**raw.fields, "version": raw.version},
    )
    return Known(raw, layout, offset, header)


def coding_of(path: Path) -> Coding:
    """Whether a file is gzip, by its first bytes."""
    with open_regular(path) as file:
        return "gzip" if file.read(2) == _GZIP_MAGIC else "raw"


def _sizes(raw: RawHeader, path: Path) -> list[int]:
    dim = [int(size) for size in raw.fields["dim"]]
    if not 1 <= dim[0] <= _MOST_DIMENSIONS or min(dim[1 : dim[0] + 1]) < 1:
        raise NonconformingHeader(
            "impossible sizes", where=path, expected="1 to 7 axes of at least 1", found=f"dim {dim}"
        )
    return [*dim[1 : dim[0] + 1], *[1] * (_MOST_DIMENSIONS - dim[0])]


def _layout(raw: RawHeader, sizes: list[int], path: Path) -> Layout:
    if max(sizes[_VECTOR:]) > 1:
        raise NonconformingHeader(
            "more axes than are understood", where=path, expected="5", found=f"sizes {sizes}"
        )
    code = int(raw.fields["datatype"])
    if code not in DATATYPES:
        what = REFUSED_DATATYPES.get(code, "no type of NIfTI")
        raise NonconformingHeader(
            "a type of voxel that is not read", where=path, found=f"datatype {code}, {what}"
        )
    name, interleaved = DATATYPES[code]
    if interleaved > 1 and sizes[_VECTOR - 1] > 1:
        raise NonconformingHeader("colours and vectors at once are not understood", where=path)
    return Layout(
        shape=(sizes[0], sizes[1], sizes[2]),
        volumes=sizes[_TIME - 1],
        vector=sizes[_VECTOR - 1],
        interleaved=interleaved,
        dtype=np.dtype(name).newbyteorder(raw.order),
    )


def _place(raw: RawHeader, path: Path) -> tuple[Path, int]:
    """File of the voxels and where in it they begin."""
    given = float(raw.fields["vox_offset"])
    least = (348 if raw.version == 1 else 540) + EXTENDER if raw.single else 0
    if not math.isfinite(given) or given < least or given != int(given):
        raise NonconformingHeader(
            "the voxels cannot begin where the header says",
            where=path,
            expected=f"{least} or more",
            found=given,
        )
    return (path if raw.single else _image_file(path)), int(given)


def _image_file(path: Path) -> Path:
    stem = path.name[: -len("".join(path.suffixes[-2:]))] if path.name.endswith(".gz") else path.stem
    names = [stem + end for end in (".img", ".img.gz", ".IMG")]
    present = [name for name in names if (path.parent / name).exists()]
    return beside(path, present[0] if present else names[0])


def _scale(fields: dict[str, Any], layout: Layout, path: Path) -> tuple[float, float, tuple[Finding, ...]]:
    slope, intercept = float(fields["scl_slope"]), float(fields["scl_inter"])
    if layout.interleaved > 1 or (slope == 0 and intercept == 0):
        return 1.0, 0.0, ()
    if slope == 0:
        found = noticed(
            "NII003",
            path,
            "slope 0 means that stored values are the values; some readers add the intercept all the same",
            seen=f"scl_slope 0, scl_inter {intercept}",
            expected="slope 1 where the intercept counts, or intercept 0",
        )
        return 1.0, 0.0, (found,)
    if math.isfinite(slope) and math.isfinite(intercept):
        return slope, intercept, ()
    found = noticed(
        "NII003",
        path,
        "slope or intercept is not a number; the stored values were taken as they are",
        seen=f"scl_slope {slope}, scl_inter {intercept}",
        expected="finite numbers, or slope 0 for none",
    )
    return 1.0, 0.0, (found,)


def _bitpix(raw: RawHeader, layout: Layout, path: Path) -> tuple[Finding, ...]:
    right = layout.dtype.itemsize * 8 * layout.interleaved
    if raw.fields["bitpix"] == right:
        return ()
    return (
        noticed(
            "NII003",
            path,
            "bitpix contradicts datatype, which was believed",
            seen=raw.fields["bitpix"],
            expected=right,
        ),
    )


def _further_axes(raw: RawHeader, path: Path) -> tuple[Finding, ...]:
    dim = [int(size) for size in raw.fields["dim"]]
    further = dim[_TIME : dim[0] + 1]
    if not further or max(further) > 1:
        return ()
    return (
        noticed(
            "NII003",
            path,
            "a fourth axis of one point: some readers give an array of three axes, and others one of more",
            severity=Severity.INFO,
            seen=f"dim {dim[: dim[0] + 1]}",
            expected="dim[0] = 3",
        ),
    )


def file_order(layout: Layout) -> tuple[int, ...]:
    """Sizes of the axes as they lie in the file, the slowest first."""
    i, j, k = layout.shape
    return (layout.vector, layout.volumes, k, j, i, layout.interleaved)


def one_volume(values: npt.NDArray[Any], layout: Layout, point: int) -> npt.NDArray[Any]:
    """One time point as an (i, j, k[, c]) view."""
    if layout.interleaved > 1:
        return _reversed(values[0, point]).transpose((1, 2, 3, 0))
    return _reversed(values[:, point, ..., 0] if layout.vector > 1 else values[0, point, ..., 0])


def _reversed(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return values.T
