"""The fields of an NRRD header and what their words mean.

Source: the definition of the format by G. Kindlmann, https://teem.sourceforge.net/nrrd/format.html.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from scan2train.errors import NonconformingHeader
from scan2train.formats.text_header import header_lines
from scan2train.grid import FloatArray

TYPES = {
    name: code
    for code, names in {
        "i1": "signed char|int8|int8_t",
        "u1": "uchar|unsigned char|uint8|uint8_t",
        "i2": "short|short int|signed short|signed short int|int16|int16_t",
        "u2": "ushort|unsigned short|unsigned short int|uint16|uint16_t",
        "i4": "int|signed int|int32|int32_t",
        "u4": "uint|unsigned int|uint32|uint32_t",
        "i8": "longlong|long long|long long int|signed long long|signed long long int|int64|int64_t",
        "u8": "ulonglong|unsigned long long|unsigned long long int|uint64|uint64_t",
        "f4": "float",
        "f8": "double",
    }.items()
    for name in names.split("|")
}
CODINGS = {"raw": "raw", "gz": "gzip", "gzip": "gzip", "bz2": "bzip2", "bzip2": "bzip2"}
TEXTS = ("txt", "text", "ascii")
HEX = "hex"
#: Axes along which there is one volume after the other; other axes without direction are channels.
SEPARATE_KINDS = ("list", "time")
SPATIAL_KINDS = ("domain", "space", "")

_SHORT = {"R": "right", "L": "left", "A": "anterior", "P": "posterior", "S": "superior", "I": "inferior"}
_MAGIC = re.compile(r"NRRD000[1-5]$")


def read_fields(path: Path) -> tuple[dict[str, str], list[str], int]:
    """Fields by name, the lines that follow ``data file: LIST``, and where the voxels of an attached file begin.

    A pair of key and value stands under its key with ``:=`` behind it.

    Raises
    ------
    NonconformingHeader
        If the first line is not that of a version that is known, or a line is no field.
    HostileFile
        If the header does not end.
    """
    lines, end = header_lines(path, lambda line: line == "")
    if not lines or not _MAGIC.match(lines[0]):
        raise NonconformingHeader(
            "no NRRD of a known version", where=path, found=ascii("".join(lines[:1])[:40])
        )
    fields: dict[str, str] = {}
    for at, line in enumerate(lines[1:], start=2):
        name, colon, value = line.partition(":")
        if line.startswith("#") or line == "":
            continue
        if value.startswith("="):
            fields[f"{name}:="] = value[1:]
            continue
        if not colon:
            raise NonconformingHeader("a line that is no field", where=path, found=ascii(line[:80]))
        name = "data file" if name.strip().lower() == "datafile" else name.strip().lower()
        fields[name] = value.strip()
        if name == "data file" and value.split()[:1] == ["LIST"]:
            return fields, [one.strip() for one in lines[at:] if one.strip()], end
    return fields, [], end


def space_to_ras(space: str) -> FloatArray | None:
    """3×3 that turns the directions of a space into RAS+; ``None`` where the space says nothing of a patient."""
    name = space.strip().lower().removesuffix("-time")
    parts = name.split("-")
    letters = space.strip().upper().removesuffix("T") if len(parts) == 1 else ""
    if len(letters) >= 3 and all(letter in _SHORT for letter in letters):
        parts = [_SHORT[letter] for letter in letters]
    signs = {"right": (0, 1), "left": (0, -1), "anterior": (1, 1), "posterior": (1, -1), "superior": (2, 1)}
    signs["inferior"] = (2, -1)
    if len(parts) != 3 or not all(part in signs for part in parts):
        return None
    turn = np.zeros((3, 3))
    for at, part in enumerate(parts):
        world, sign = signs[part]
        turn[world, at] = sign
    return turn if abs(np.linalg.det(turn)) == 1 else None


def vectors(text: str, path: Path) -> list[tuple[float, ...] | None]:
    """Vectors such as ``(1,0,0) none (0,1,0)``.

    Raises
    ------
    NonconformingHeader
        If one is no vector.
    """
    found: list[tuple[float, ...] | None] = []
    for word in re.findall(r"\([^)]*\)|[^\s(]+", text):
        if word.lower() == "none":
            found.append(None)
            continue
        try:
            if not word.startswith("("):
                raise ValueError(word)  # noqa: TRY301
            found.append(tuple(float(part) for part in word.strip("()").split(",")))
        except ValueError as error:
            raise NonconformingHeader(
                "no vector", where=path, expected="such as (1,0,0)", found=ascii(word)
            ) from error
    return found
