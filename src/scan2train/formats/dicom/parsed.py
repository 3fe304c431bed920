"""A whole data set as pydicom has it, from a file that may lie: bounded, and no other error than the package's."""

from __future__ import annotations

import io
import os
import warnings
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from scan2train.errors import HostileFile, NotAnImage, Scan2TrainError, UnreadableFile
from scan2train.formats.regular import largest_image, open_regular
from scan2train.formats.sniff import HEAD_BYTES, sniff

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

_DEFLATED = b"1.2.840.10008.1.2.1.99"
#: The most of a file that is taken for its header.
_HEADER_LIMIT = 64 << 20
#: Deflated data sets swell by up to 1032 times when they are read.
_INFLATED_LIMIT = 128 << 20


def parsed(path: Path, *, pixels: bool) -> FileDataset:
    """Parse one file.

    pydicom sees a copy of the file in memory: whatever lengths it claims, no more can be read than is there.

    Parameters
    ----------
    path
        The file; never a pipe, a socket or a device.
    pixels
        Whether pixel data and what follows them are wanted, too.

    Raises
    ------
    NotAnImage
        If it is no DICOM file.
    UnreadableFile, HostileFile
        If it cannot be parsed, or its sequences are nested beyond reason.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        limit = largest_image() if pixels else _HEADER_LIMIT
        if pixels and size > limit:
            raise HostileFile("is larger than an image may be", where=path, expected=f"at most {limit} bytes")
        data = _whole(file, min(size, limit))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _parse(data, path, pixels=pixels)
    except Scan2TrainError:
        raise
    except RecursionError as error:
        raise HostileFile("sequences are nested beyond reason", where=path) from error
    except Exception as error:  # pydicom raises whatever its parts raise
        raise UnreadableFile(
            f"the header cannot be parsed ({type(error).__name__}: {error})",
            where=path,
            advice="The file may be damaged. Fetch it again.",
        ) from error


def _whole(file: io.FileIO, count: int) -> bytes:
    parts, left = [], count
    while left > 0 and (part := file.read(min(left, 1 << 24))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _parse(data: bytes, path: Path, *, pixels: bool) -> FileDataset:
    from pydicom import dcmread

    if sniff(data[:HEAD_BYTES], path.name) != "dicom":
        raise NotAnImage("is no DICOM file", where=path)
    if _DEFLATED in data[:HEAD_BYTES]:
        _require_modest(data, path)
    return dcmread(io.BytesIO(data), stop_before_pixels=not pixels, force=True)


def _require_modest(data: bytes, path: Path) -> None:
    """Refuse a deflated data set that swells beyond what is sensible, without keeping what it swells to."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    # The meta group begins with its own length, behind the preamble and four letters.
    rest, count = data[144 + int.from_bytes(data[140:144], "little") :], 0
    while rest and not inflate.eof:
        part = inflate.decompress(rest, 1 << 20)
        count, rest = count + len(part), inflate.unconsumed_tail
        if count > _INFLATED_LIMIT:
            raise HostileFile(
                "the deflated data set swells beyond what is inflated here",
                where=path,
                expected=f"at most {_INFLATED_LIMIT} bytes",
                found="more",
                advice="Convert it to an uncompressed transfer syntax first, if you trust where it comes from.",
            )
