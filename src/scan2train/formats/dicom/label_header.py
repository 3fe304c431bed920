"""Headers of objects that describe others, structure sets and segmentations: parsed by pydicom, within bounds."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scan2train.errors import HostileFile, NonconformingHeader, Scan2TrainError, UnreadableFile
from scan2train.formats.dicom.deflated import Inflated
from scan2train.formats.dicom.header import HEADER_LIMIT
from scan2train.formats.regular import open_regular

#: Deflated Explicit VR Little Endian, and what is left once it is inflated, filled up to the same length.
_DEFLATED, _INFLATED = b"1.2.840.10008.1.2.1.99", b"1.2.840.10008.1.2.1\0\0\0"
_CHUNK = 1 << 22


def read_label_header(path: Path, *, whole: bool) -> Any:
    """The data set of a file, without its pixels.

    pydicom sees a copy of the file's beginning in memory: whatever lengths the header claims, no more can be read or
    allocated than is there.

    Parameters
    ----------
    path
        The file.
    whole
        Whether all of the file is header, as where there are no pixels; it must then be within 64 MiB.

    Raises
    ------
    UnreadableFile, HostileFile
        If the file cannot be opened or inflated, is no regular file, or its header goes on beyond 64 MiB.
    NonconformingHeader
        If it cannot be parsed.
    """
    from pydicom import dcmread

    with open_regular(path) as file:
        data = _beginning(file.fileno(), HEADER_LIMIT + 1)
        at = _begin_of_data(data)
        if _DEFLATED in data[:at]:
            try:
                data = Inflated(file.fileno(), at, os.fstat(file.fileno()).st_size).read(HEADER_LIMIT + 1)
            except Exception as error:
                raise UnreadableFile(f"the deflated data are corrupt: {error}", where=path) from error
            data = data[:at].replace(_DEFLATED, _INFLATED) + data[at:]
    if whole and len(data) > HEADER_LIMIT:
        raise HostileFile("the header goes on beyond 64 MiB", where=path)
    with parsing(path):
        return dcmread(io.BytesIO(data), stop_before_pixels=True, force=True)


@contextmanager
def parsing(path: Path) -> Iterator[None]:
    """Turn whatever a broken header makes pydicom raise into an error of ours.

    Raises
    ------
    NonconformingHeader
        In its place.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (Scan2TrainError, MemoryError):
        raise
    except Exception as error:  # pydicom raises whatever its parts raise
        raise NonconformingHeader(
            "the header cannot be parsed",
            where=path,
            found=f"{type(error).__name__}: {str(error)[:200]!a}",
            advice="The file may be damaged. Fetch it again.",
        ) from error


def _beginning(handle: int, most: int) -> bytes:
    parts, at = [], 0
    while at < most and (part := os.pread(handle, min(most - at, _CHUNK), at)):
        parts.append(part)
        at += len(part)
    return b"".join(parts)


def _begin_of_data(data: bytes) -> int:
    """Where the data set begins, behind preamble and meta group (PS3.10 7.1); 0 where there are none."""
    if data[128:132] != b"DICM" or data[132:136] != b"\x02\0\0\0":
        return 0
    return 132 + 12 + int.from_bytes(data[140:144], "little")
