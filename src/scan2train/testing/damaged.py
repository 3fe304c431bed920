"""Builders that take other builders' files and damage them: cut, changed, renamed, packed otherwise.

Like those of :mod:`scan2train.testing.small`, each gives a function to be called with the folder that it fills. Where a
builder wrote several files, the first by name is damaged, unless it says otherwise.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian

from scan2train.testing.small import Build, small_series


def bytes_at(name: str, content: bytes) -> Build:
    """One file with these bytes."""

    def build(folder: Path) -> object:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.write_bytes(content)

    return build


def cut(build: Build, count: int) -> Build:
    """Without the last ``count`` bytes."""
    return _on_first(build, lambda data: data[:-count])


def changed(build: Build, at: int | None, content: bytes) -> Build:
    """``content`` in place of the bytes from ``at`` on, counted from the end if negative; behind them if ``None``."""

    def change(data: bytes) -> bytes:
        start = len(data) if at is None else at % len(data)
        return data[:start] + content + data[start + len(content) :]

    return _on_first(build, change)


def replaced(build: Build, old: bytes, new: bytes) -> Build:
    """``new`` in place of every ``old``."""
    return _on_first(build, lambda data: data.replace(old, new))


def renamed(build: Build, old: str, new: str) -> Build:
    """Under another name below the folder."""

    def built(folder: Path) -> object:
        build(folder)
        return (folder / old).rename(folder / new)

    return built


def with_syntax(build: Build, uid: str) -> Build:
    """The first file with another transfer syntax in its header, and the pixels as they were."""
    return _on_first(build, lambda data: _named(data, uid))


def without_pixels(build: Build, uid: str) -> Build:
    """All files without Pixel Data, and the first with that transfer syntax."""

    def change(made: Dataset) -> None:
        del made.PixelData

    return with_syntax(_on_each(build, change), uid)


def rewritten(build: Build, values: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> Build:
    """All files with the stored values that ``values`` makes of theirs, a flat array of 16 bits; uncompressed."""

    def change(made: Dataset) -> None:
        made.PixelData = values(np.frombuffer(made.PixelData, "<u2")).astype("<u2").tobytes()

    return _on_each(build, change)


def nested(build: Build, depth: int) -> Build:
    """All files with a private sequence that is so many deep."""

    def change(made: Dataset) -> None:
        inner = Dataset()
        for _ in range(depth):
            outer = Dataset()
            outer.add_new(0x00091010, "SQ", Sequence([inner]))
            inner = outer
        made.add_new(0x00090010, "LO", "NEST")
        made.add_new(0x00091010, "SQ", inner[0x00091010].value)

    return _on_each(build, change)


def deflated_bomb(inflated: int = 4 << 20) -> Build:
    """One small slice whose deflated data set goes on for ``inflated`` bytes of pixel data."""

    def build(folder: Path) -> object:
        small_series(shape=(13, 11, 1))(folder)
        (path,) = folder.rglob("*.dcm")
        made = dcmread(path)
        made.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
        del made.PixelData
        made.save_as(path, enforce_file_format=True)
        head = path.read_bytes()
        meta = 132 + 12 + struct.unpack("<I", head[140:144])[0]
        rest = zlib.decompress(head[meta:], -15)
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        pixels = b"\xe0\x7f\x10\0OW\0\0" + struct.pack("<I", inflated) + bytes(inflated)
        return path.write_bytes(head[:meta] + packer.compress(rest + pixels) + packer.flush())

    return build


def _files(folder: Path, before: set[Path]) -> list[Path]:
    return sorted({path for path in folder.rglob("*") if path.is_file()} - before)


def _on_first(build: Build, change: Callable[[bytes], bytes]) -> Build:
    def built(folder: Path) -> object:
        before = set(folder.rglob("*"))
        build(folder)
        first = _files(folder, before)[0]
        return first.write_bytes(change(first.read_bytes()))

    return built


def _on_each(build: Build, change: Callable[[Dataset], None]) -> Build:
    def built(folder: Path) -> object:
        before = set(folder.rglob("*"))
        build(folder)
        for path in _files(folder, before):
            made = dcmread(path)
            change(made)
            made.save_as(path, enforce_file_format=True)
        return folder

    return built


def _named(data: bytes, uid: str) -> bytes:
    """The file with another transfer syntax in its meta group, whose length follows."""
    value = uid.encode() + b"\0" * (len(uid) % 2)
    tag = b"\x02\0\x10\0UI"
    at = data.index(tag)
    (old,) = struct.unpack("<H", data[at + 6 : at + 8])
    new = data[:at] + tag + struct.pack("<H", len(value)) + value + data[at + 8 + old :]
    (length,) = struct.unpack("<I", new[140:144])
    return new[:140] + struct.pack("<I", length + len(value) - old) + new[144:]
