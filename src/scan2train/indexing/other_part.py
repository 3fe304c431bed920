"""The files of a tree that are not DICOM: told by content, their headers read by their formats' own modules."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Any

from scan2train.errors import NotAnImage, Scan2TrainError
from scan2train.formats.dicom.header import OPEN_FLAGS
from scan2train.formats.dicom.refusals import Refusal
from scan2train.formats.header import ImageHeader
from scan2train.formats.registry import by_format, suffixes
from scan2train.formats.regular import open_regular
from scan2train.formats.sniff import HEAD_BYTES, sniff
from scan2train.stack import describe_file

_PIECE = 1 << 20
#: Suffixes of files that should have been images, had they any bytes; DICOM files often have none.
_IMAGES = frozenset({"", ".dcm", ".dicom", ".ima", ".gz", *suffixes()})


def read_other_file(row: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]] | Refusal:
    """Read the header of a file that the DICOM walk found foreign.

    Parameters
    ----------
    row
        Its row of the instances table so far: source, path, size, mtime_ns.

    Returns
    -------
    The whole row and the rows of its volumes, or why there are none.
    """
    path = Path(row["source"], row["path"])
    try:
        return _read(path, row)
    except NotAnImage as error:
        return Refusal(reason="not-an-image", message=error.message)
    except Scan2TrainError as error:
        reason = "hostile" if error.code == "FIL002" else "unreadable"
        return Refusal(reason=reason, code=error.code or "FIL001", message=_without_place(error))
    except OSError as error:
        return Refusal(reason="unreadable", code="FIL001", message=f"cannot be read: {error.strerror}")
    except Exception as error:  # noqa: BLE001 - one file that no reader has foreseen never ends a whole index
        return Refusal(reason="unreadable", code="FIL001", message=f"cannot be read: {type(error).__name__}")


def _read(path: Path, row: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]] | Refusal:
    if row["size"] == 0:
        lost = not path.name.startswith(".") and path.suffix.lower() in _IMAGES
        return Refusal(reason="empty-file", code="FIL001" if lost else None, message="the file has no bytes")
    word = sniff(_head(path), path.name)
    if word is None:
        return Refusal(reason="not-an-image", message="the content is that of no known image format")
    if word == "dicom":
        return Refusal(
            reason="broken-structure",
            code="FIL001",
            message="begins like a DICOM data set and goes on otherwise",
        )
    header = by_format(word).read_header(path)
    whole = {
        **row,
        "format": word,
        "content_id": content_id(header),
        "data_files": _data_files(row["path"], path, header),
        "oddities": [],
    }
    return whole, describe_file(whole, header)


def _data_files(name: str, path: Path, header: ImageHeader) -> list[str]:
    """The files beside the header's own, relative to the source as ``name`` is; they lie in its folder or below."""
    folder, slash, _ = name.rpartition("/")
    here = os.path.realpath(path.parent)
    return [folder + slash + os.path.relpath(os.path.realpath(file), here) for file in header.files[1:]]


def content_id(header: ImageHeader) -> str:
    """16 hexadecimal digits over the sizes and contents of all files of an image."""
    digest = hashlib.blake2b(digest_size=8)
    piece = memoryview(bytearray(_PIECE))
    for path in header.files:
        with open_regular(path) as file:
            digest.update(os.fstat(file.fileno()).st_size.to_bytes(8, "little"))
            while count := file.readinto(piece):
                digest.update(piece[:count])
    return digest.hexdigest()


def _head(path: Path) -> bytes:
    """The first bytes of a regular file."""
    fd = os.open(path, OPEN_FLAGS)
    try:
        about = os.fstat(fd)
        if not stat.S_ISREG(about.st_mode):
            raise NotAnImage("a pipe, socket or device is never read", where=path)
        return os.pread(fd, HEAD_BYTES, 0)
    finally:
        os.close(fd)


def _without_place(error: Scan2TrainError) -> str:
    parts = [error.message]
    parts += [f"expected {error.expected}"] if error.expected else []
    parts += [f"found {error.found}"] if error.found else []
    return "; ".join(parts)
