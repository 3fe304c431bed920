"""Writing MetaImage."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from scan2train.formats.atomic import replacing
from scan2train.formats.registry import suffix_of
from scan2train.formats.voxels_out import copy, slabs, stored_dtype
from scan2train.grid import LPS_TO_RAS
from scan2train.volume import Volume

_TYPES = {
    "i1": "MET_CHAR",
    "u1": "MET_UCHAR",
    "i2": "MET_SHORT",
    "u2": "MET_USHORT",
    "i4": "MET_INT",
    "u4": "MET_UINT",
    "i8": "MET_LONG_LONG",
    "u8": "MET_ULONG_LONG",
    "f4": "MET_FLOAT",
    "f8": "MET_DOUBLE",
}


def write(volume: Volume, path: Path) -> None:
    """Write a volume as ``.mha``, or as ``.mhd`` with its voxels in a ``.raw`` of the same name; uncompressed.

    A pixel grid is written without spacing and place, and read again as one.

    Raises
    ------
    WrongUse
        If the format has no type that holds the values.
    """
    dtype = stored_dtype(volume)
    apart = suffix_of(path) == ".mhd"
    raw = path.with_suffix(".raw")
    head = memoryview(_header(volume, _TYPES[dtype.str[1:]], raw.name if apart else "LOCAL").encode())
    voxels = slabs(volume.array, dtype)
    if apart:
        with replacing(raw) as file:
            copy(voxels, file)
        voxels = iter(())
    with replacing(path) as file:
        copy(chain([head], voxels), file)


def _header(volume: Volume, kind: str, where: str) -> str:
    grid = volume.grid
    lps = LPS_TO_RAS @ grid.affine
    place: dict[str, Iterable[float]] = {
        # Each line of three is the direction of one index axis.
        "TransformMatrix": (lps[:3, :3] / grid.spacing).T.ravel(),
        "Offset": lps[:3, 3],
        "CenterOfRotation": (0, 0, 0),
        "ElementSpacing": grid.spacing,
    }
    fields: dict[str, str] = {
        "ObjectType": "Image",
        "NDims": "3",
        "BinaryData": "True",
        "BinaryDataByteOrderMSB": "False",
        "CompressedData": "False",
    }
    if grid.physical:
        fields |= {name: " ".join(repr(float(n)) for n in values) for name, values in place.items()}
    fields["DimSize"] = " ".join(str(n) for n in grid.shape)
    if volume.array.ndim > 3:
        fields["ElementNumberOfChannels"] = str(volume.array.shape[3])
    fields |= {"ElementType": kind, "ElementDataFile": where}
    return "".join(f"{name} = {value}\n" for name, value in fields.items())
