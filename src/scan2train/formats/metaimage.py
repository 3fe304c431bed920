"""MetaImage: ``.mha``, or ``.mhd`` with its voxels in files of their own. The format counts in LPS+."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.formats.header import ImageHeader
from scan2train.formats.metaimage_header import Known, examine
from scan2train.formats.metaimage_write import write
from scan2train.formats.noticed import non_finite, surplus
from scan2train.formats.pieces import read_pieces
from scan2train.formats.text_values import read_text
from scan2train.volume import Volume

__all__ = ["read_header", "read_volumes", "write"]


def read_header(path: Path) -> ImageHeader:
    """Read what a MetaImage says about itself.

    Raises
    ------
    UnreadableFile, NonconformingHeader, HostileFile
        If the header is cut short or contradicts itself, promises more than the files can hold, or names a data file
        outside its own folder.
    GeometryError
        If the transform is not finite or singular.
    """
    return examine(path).header


def read_volumes(path: Path) -> tuple[Volume, ...]:
    """Read every volume of a MetaImage: one, or one per time point.

    Arrays are ``(i, j, k)`` or ``(i, j, k, c)`` views in the order of the file; ElementToIntensityFunctionSlope and
    Offset are applied, and decide the type as :func:`scan2train.formats.scaling.scaled_dtype` says.

    Raises
    ------
    UnreadableFile, NonconformingHeader, HostileFile, GeometryError
        As :func:`read_header`, and if the voxels are cut short or their checksum is wrong.
    """
    known = examine(path)
    header = known.header
    count = math.prod(known.sizes) * header.channels
    if known.text:
        values, left = read_text(known.pieces, header.dtype, count), 0
    else:
        values, left = read_pieces(known.pieces, header.dtype, count, header.slope, header.intercept)
    findings = (*header.findings, *surplus(path, left), *non_finite(path, values))
    about: dict[str, object] = {"format": header.format, "path": str(path)}
    volumes = []
    for point in range(header.volumes):
        if header.dimension:
            about |= {"dimension": header.dimension, "dimension_value": point}
        array = _one_volume(values, known, point)
        volumes.append(Volume(array=array, grid=header.grid, findings=findings, meta=about))
    return tuple(volumes)


def _one_volume(values: npt.NDArray[Any], known: Known, point: int) -> npt.NDArray[Any]:
    """One time point as an (i, j, k[, c]) view; channels are the fastest axis of the file."""
    i, j, k = known.header.grid.shape
    picked: npt.NDArray[Any] = values.reshape(known.header.volumes, k, j, i, known.header.channels)[point]
    if known.header.channels == 1:
        return picked[..., 0].T
    return np.moveaxis(picked.T, 0, -1)
