"""Which module reads and writes which format, imported when it is first needed."""

from __future__ import annotations

import difflib
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from scan2train.errors import UnknownName
from scan2train.formats.header import ImageHeader
from scan2train.knowledge import suffixes as suffixes_known
from scan2train.volume import Volume

_MODULES = {
    "nifti": "nifti",
    "metaimage": "metaimage",
    "nrrd": "nrrd",
    "png": "picture",
    "jpeg": "picture",
    "tiff": "picture",
    "bmp": "picture",
    "gif": "picture",
    "npy": "npy",
    "zarr": "zarr",
    "b2nd": "b2nd",
}
_WRITTEN = {
    ".nii": "nifti",
    ".nii.gz": "nifti",
    ".mha": "metaimage",
    ".mhd": "metaimage",
    ".nrrd": "nrrd",
    ".npy": "npy",
    ".zarr": "zarr",
    ".b2nd": "b2nd",
    ".png": "png",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
}
#: Formats with a place for what is no data; in the others its voxels hold values like the rest.
_WITH_VALID = (".zarr", ".b2nd")
#: What is written beside a file of this suffix, under the same name.
_BESIDE = {".mhd": ".raw", ".npy": ".json"}


class Format(Protocol):
    """What the module of every format offers."""

    def read_header(self, path: Path) -> ImageHeader:
        """What the file says about itself, without its voxels."""

    def read_volumes(self, path: Path) -> tuple[Volume, ...]:
        """Every volume of the file, in order."""

    def write(self, volume: Volume, path: Path) -> None:
        """Write one volume; the file is there whole or not at all."""


def formats() -> tuple[str, ...]:
    """Words of all formats that are read here; DICOM, which is no single file, has a room of its own."""
    return tuple(_MODULES)


def suffixes() -> tuple[str, ...]:
    """Suffixes that can be written."""
    return tuple(_WRITTEN)


def written(path: Path) -> tuple[Path, ...]:
    """Every file that writing to ``path`` makes or replaces, ``path`` first."""
    beside = _BESIDE.get(suffix_of(path))
    return (path,) if beside is None else (path, path.with_suffix(beside))


def keeps_valid(path: Path) -> bool:
    """Whether files named like ``path`` say which voxels are no data."""
    return suffix_of(path) in _WITH_VALID


def by_format(word: str) -> Format:
    """Give the module for a format word.

    Raises
    ------
    UnknownName
        If no module here reads that format.
    """
    if word not in _MODULES:
        raise UnknownName(f"no reader for the format {word!r}", expected=", ".join(_MODULES))
    return cast("Format", import_module(f"scan2train.formats.{_MODULES[word]}"))


def by_suffix(path: Path) -> Format:
    """Give the module that writes files named like ``path``.

    Raises
    ------
    UnknownName
        If the suffix is not one that can be written; the message lists the nearest ones.
    """
    suffix = suffix_of(path)
    if suffix in _WRITTEN:
        return by_format(_WRITTEN[suffix])
    near = difflib.get_close_matches(suffix, _WRITTEN, n=3, cutoff=0.6)
    raise UnknownName(
        f"cannot write files that end in {suffix!r}" if suffix else "the name has no suffix",
        where=path,
        expected="one of " + " ".join(_WRITTEN),
        advice=f"Did you mean {' or '.join(near)}?" if near else None,
    )


def suffix_of(path: Path) -> str:
    """Give a name's suffix in lower case, ``.nii.gz`` and the like as one; empty if there is none."""
    return suffixes_known.suffix_of(path.name)
