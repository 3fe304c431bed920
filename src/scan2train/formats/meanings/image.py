"""What every format's header says in the terms of this package, and the texts that pictures carry."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, TiffTags

from scan2train.formats.field import Field
from scan2train.formats.header import ImageHeader
from scan2train.formats.picture_png import examine
from scan2train.formats.regular import open_regular

_MOST_TEXT = 1 << 20
_MOST_PICTURE = 64 << 20
_PNG_TEXTS = (b"tEXt", b"zTXt", b"iTXt")


def fields_of(path: Path, header: ImageHeader) -> list[Field]:
    """Size, type, place and unit; then, for a picture, what its writer noted in it."""
    grid = header.grid
    unit = "mm" if grid.physical else "pixels: the file does not say where in a patient it is"
    found = [
        Field(tag="format", name="format, by content", value=header.format),
        Field(tag="size", name="voxels along i, j and k", value=list(grid.shape)),
        Field(tag="volumes", name="number of volumes", value=header.volumes, meaning=header.dimension),
        Field(tag="channels", name="values per voxel", value=header.channels),
        Field(
            tag="type",
            name="type of a stored value",
            value=header.dtype.newbyteorder("=").name,
            meaning=f"{header.dtype.itemsize * 8} bits",
        ),
        Field(
            tag="spacing",
            name="distance between voxels along i, j and k",
            value=list(grid.spacing),
            meaning=unit,
        ),
    ]
    if grid.physical:
        found.append(
            Field(tag="affine", name="from indices to RAS+ mm, row by row", value=grid.affine.tolist())
        )
        found.append(
            Field(tag="orientation", name="directions in which i, j, k grow", value=grid.orientation)
        )
    found.append(Field(tag="unit", name="unit of the values", value=header.unit))
    found += [Field(tag=name, keyword=name, value=_plain(value)) for name, value in header.fields.items()]
    if header.format == "png":
        found += _png(path)
    elif header.format in ("jpeg", "tiff", "gif", "bmp"):
        found += _pillow(path)
    return found


def _png(path: Path) -> list[Field]:
    """Chunks in order: texts as such, the others by their size."""
    found = []
    with open_regular(path) as file:
        for kind, at, length in examine(path).chunks:
            value = None
            if kind in _PNG_TEXTS and length <= _MOST_TEXT:
                file.seek(at)
                value = _png_text(kind, file.read(length))
            found.append(Field(tag=kind.decode("latin-1"), name="chunk", value=value, size=length))
    return found


def _png_text(kind: bytes, data: bytes) -> str | None:
    """Keyword and text (PNG section 11.3.3)."""
    key, _, rest = data.partition(b"\0")
    packed = kind == b"zTXt"
    charset = "latin-1"
    if kind == b"iTXt":
        packed, charset = rest[:1] == b"\1", "utf-8"
        rest = b"\0".join(rest[2:].split(b"\0", 2)[2:])
    elif packed:
        rest = rest[1:]
    if packed:
        try:
            rest = zlib.decompressobj().decompress(rest, _MOST_TEXT)
        except zlib.error:
            return None
    return f"{key.decode('latin-1')}: {rest.decode(charset, 'replace')}"


def _pillow(path: Path) -> list[Field]:
    """Comments, resolution, and the tags of TIFF and Exif."""
    with open_regular(path) as file:
        data = file.read(_MOST_PICTURE)
    try:
        with Image.open(BytesIO(data)) as image:
            notes = {name: value for name, value in image.info.items() if isinstance(name, str)}
            tags = dict(image.getexif())
    except Exception:  # noqa: BLE001  what Pillow cannot read, the package's own readers have judged already
        return []
    found = [
        Field(tag=name, name="note", value=_plain(value), size=_size(value)) for name, value in notes.items()
    ]
    for tag, value in tags.items():
        known = TiffTags.lookup(tag).name
        name = known if known != "unknown" else ExifTags.TAGS.get(tag, "")
        found.append(Field(tag=str(tag), keyword=name, name=name, value=_plain(value), size=_size(value)))
    return found


def _size(value: Any) -> int | None:
    return len(value) if isinstance(value, bytes) else None


def _plain(value: Any) -> Any:
    """What JSON can hold; bytes are left to their size, or shown where they are text."""
    if isinstance(value, bytes):
        printable = value.isascii() and all(byte >= 0x20 or byte in b"\t\r\n" for byte in value)
        return value.decode() if printable and len(value) <= _MOST_TEXT else None
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, (bool, int, str)) or value is None:
        return value
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return str(value)
    return number if number - number == 0 else str(number)
