"""Reading NIfTI: the header first, then exactly the voxels that it promises."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scan2train.errors import UnreadableFile
from scan2train.finding import Finding
from scan2train.formats.bounded import Stream
from scan2train.formats.header import ImageHeader
from scan2train.formats.nifti_layout import EXTENDER, Known, coding_of, examine, file_order, one_volume
from scan2train.formats.noticed import non_finite, noticed, surplus
from scan2train.formats.scaling import read_values
from scan2train.volume import Volume

_SMALLEST_EXTENSION = 16
#: Seconds of the codes of the unit of time, and where they are in ``xyzt_units``.
_SECONDS = {8: 1.0, 16: 1e-3, 24: 1e-6}
_UNIT_OF_TIME = 0x38


def read_header(path: Path) -> ImageHeader:
    """Read what a NIfTI file says about itself.

    Parameters
    ----------
    path
        A ``.nii``, ``.nii.gz`` or ``.hdr`` file, by content and not by name.

    Raises
    ------
    UnreadableFile, NonconformingHeader, HostileFile
        If the header is cut short, contradicts itself, or promises more than the file can hold.
    GeometryError
        If the transform is not finite or singular.
    """
    return examine(path).header


def read_volumes(path: Path) -> tuple[Volume, ...]:
    """Read every volume of a NIfTI file: one, or one per time point.

    Values are rescaled where the header says so. Arrays are ``(i, j, k)`` or ``(i, j, k, c)`` views of the bytes in the
    order of the file.

    Raises
    ------
    UnreadableFile, NonconformingHeader, HostileFile, GeometryError
        As :func:`read_header`, and if the voxels are cut short or their checksum is wrong.
    """
    known = examine(path)
    header, layout = known.header, known.layout
    data = header.files[-1]
    sizes = file_order(layout)
    with Stream(data, coding_of(data)) as stream:
        odd = _pass_extensions(stream, known, path)
        values = read_values(stream, layout.dtype, math.prod(sizes), header.slope, header.intercept)
        odd += surplus(path, stream.surplus())
    values = values.reshape(sizes)
    findings = (*header.findings, *odd, *non_finite(path, values))
    return tuple(
        Volume(
            array=one_volume(values, layout, point),
            grid=header.grid,
            unit=header.unit,
            findings=findings,
            meta=_meta(header, point),
        )
        for point in range(header.volumes)
    )


def _pass_extensions(stream: Stream, known: Known, path: Path) -> tuple[Finding, ...]:
    """Move the stream to the first voxel, and look whether the extensions fill the way there."""
    offset = known.offset
    if not known.raw.single:
        _skip(stream, offset, path)
        return ()
    at = int(known.raw.fields["sizeof_hdr"]) + EXTENDER
    flagged = stream.read(at)[-EXTENDER:][:1] != b"\0"
    seen = "none, though the header announces one"
    while flagged and at + _SMALLEST_EXTENSION <= offset:
        length = struct.unpack(known.raw.order + "i", stream.read(4).ljust(4, b"\0"))[0]
        at += 4
        if length < _SMALLEST_EXTENSION or at - 4 + length > offset:
            seen = f"a length of {length} bytes"
            break
        at += _skip(stream, length - 4, path)
        flagged = at < offset
    _skip(stream, offset - at, path)
    if not flagged:
        return ()
    return (noticed("FIL005", path, "a header extension lies about itself; it was ignored", seen=seen),)


def _skip(stream: Stream, count: int, path: Path) -> int:
    passed = stream.skip(count)
    if passed < count:
        raise UnreadableFile(
            "the voxels would begin beyond the end of the file",
            where=path,
            found=f"{count - passed} bytes short",
        )
    return passed


def _meta(header: ImageHeader, point: int) -> dict[str, object]:
    about: dict[str, object] = {"format": header.format, "path": str(header.files[0])}
    fields: Mapping[str, Any] = header.fields
    if header.dimension:
        about |= {"dimension": header.dimension, "dimension_value": point}
        unit = int(fields["xyzt_units"]) & _UNIT_OF_TIME
        step = float(fields["pixdim"][4]) * _SECONDS.get(unit, 0.0)
        if 0 < step < math.inf:
            about["dimension_step_s"] = step
    return about
