"""Writing NRRD."""

from __future__ import annotations

from pathlib import Path

from scan2train.formats.atomic import replacing
from scan2train.formats.gzip_blocks import gzip_blocks
from scan2train.formats.nrrd_segments import segment_lines
from scan2train.formats.voxels_out import slabs, stored_dtype
from scan2train.grid import LPS_TO_RAS
from scan2train.volume import Labels, Volume

_TYPES = {
    "i1": "int8",
    "u1": "uint8",
    "i2": "int16",
    "u2": "uint16",
    "i4": "int32",
    "u4": "uint32",
    "i8": "int64",
    "u8": "uint64",
    "f4": "float",
    "f8": "double",
}
_COLOURS = {3: "RGB-color", 4: "RGBA-color"}


def write(volume: Volume, path: Path) -> None:
    """Write a volume as ``.nrrd``, its voxels packed with gzip, in the space left-posterior-superior.

    A pixel grid is written without space, labels' names in the fields of 3D Slicer. The same volume gives the same
    bytes.

    Raises
    ------
    WrongUse
        If the format has no type that holds the values.
    """
    dtype = stored_dtype(volume)
    with replacing(path) as file:
        file.write(_header(volume, _TYPES[dtype.str[1:]]).encode())
        gzip_blocks(slabs(volume.array, dtype), file.write)


def _header(volume: Volume, kind: str) -> str:
    grid = volume.grid
    lps = LPS_TO_RAS @ grid.affine
    channels = volume.array.shape[3:]
    vectors = ["none" for _ in channels] + [_vector(lps[:3, axis]) for axis in range(3)]
    meant = [_COLOURS.get(n, "vector") if volume.array.dtype.itemsize == 1 else "vector" for n in channels]
    fields = {
        "type": kind,
        "dimension": str(3 + len(channels)),
        "space": "left-posterior-superior",
        "sizes": " ".join(str(n) for n in (*channels, *grid.shape)),
        "space directions": " ".join(vectors),
        "kinds": " ".join([*meant, "domain", "domain", "domain"]),
        "endian": "little",
        "encoding": "gzip",
        "space origin": _vector(lps[:3, 3]),
    }
    if not grid.physical:
        for name in ("space", "space directions", "space origin"):
            del fields[name]
    named = segment_lines(volume) if isinstance(volume, Labels) else ""
    return "NRRD0005\n" + "".join(f"{name}: {value}\n" for name, value in fields.items()) + named + "\n"


def _vector(values: object) -> str:
    return "(" + ",".join(repr(float(value)) for value in values) + ")"  # type: ignore[attr-defined]
