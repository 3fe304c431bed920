"""Every element of a DICOM file: file meta information, data set, nested sequences, private elements by their names."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from scan2train.errors import UnreadableFile
from scan2train.formats.dicom.deflated import Inflated
from scan2train.formats.dicom.element_names import Private
from scan2train.formats.dicom.element_values import LONG_VRS, SHORT_VRS
from scan2train.formats.dicom.element_walk import Encoding, Walk
from scan2train.formats.field import Field, Fields
from scan2train.formats.regular import open_regular

_META = Encoding(implicit=False, little=True)
_BIG = "1.2.840.10008.1.2.2"
_DEFLATED = "1.2.840.10008.1.2.1.99"
_PREAMBLE = 128
#: How much of a deflated data set is inflated: pixels need not be.
_INFLATED = 16 << 20


def read_fields(path: Path, private: Private) -> Fields:
    """All elements in the order of the file; ``stopped`` says where a broken file could not be followed.

    Raises
    ------
    UnreadableFile, HostileFile
        If there is no such file, or it is no regular one.
    """
    with open_regular(path) as file:
        fd, size = file.fileno(), os.fstat(file.fileno()).st_size

        def read(at: int, count: int) -> bytes:
            return os.pread(fd, max(count, 0), at)

        start = _PREAMBLE + 4 if read(_PREAMBLE, 4) == b"DICM" else 0
        walk = Walk(read, size, private)
        found: list[Field] = []
        at = start
        if read(at, 2) == b"\2\0":
            found, at = walk.dataset(at, size, _META, only_meta=True)
        syntax = next((str(one.value) for one in found if one.tag == "0002,0010"), "")
        if not walk.stopped:
            if syntax == _DEFLATED:
                _inflate(walk, fd, at, size)
            more, _ = walk.dataset(at, walk.size, _encoding(walk.read(at, 6), syntax))
            found += more
    return Fields(found, format="dicom", stopped=_broken(path, walk.stopped))


def _encoding(head: bytes, syntax: str) -> Encoding:
    """By the first element itself: transfer syntaxes lie."""
    explicit = head[4:6].decode("latin-1") in SHORT_VRS | LONG_VRS
    # No data set begins with a group above 00FF: where its first byte is 0, the order is big endian.
    big = syntax == _BIG or (not syntax and head[:1] == b"\0" and head[1:2] != b"\0")
    return Encoding(implicit=not explicit, little=not big)


def _inflate(walk: Walk, fd: int, start: int, size: int) -> None:
    """Walk on in the inflated data set, as far as a header goes."""
    try:
        stream = Inflated(fd, start, size)
        data = stream.read(_INFLATED)
    except (OSError, zlib.error) as error:
        walk.stopped = f"the deflated data set is corrupt: {error}"
        return
    walk.read = lambda at, count: data[at : at + max(count, 0)]
    walk.seen = len(data)
    walk.size = walk.seen if stream.ended else stream.bound


def _broken(path: Path, why: str) -> UnreadableFile | None:
    if not why:
        return None
    return UnreadableFile(
        f"the header cannot be followed to its end: {why}",
        where=path,
        advice="What stands before it is shown; fetch the file again.",
    )
