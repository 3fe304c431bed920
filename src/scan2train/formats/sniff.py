"""Which format a file is in, told from its first bytes and not from its name."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path
from typing import Literal

from scan2train.formats.regular import open_regular

#: How many bytes of a file's beginning are enough to tell.
HEAD_BYTES = 4096

_ORDERS: tuple[Literal["little", "big"], ...] = ("little", "big")
_NIFTI_SIZES = (348, 540)
_NIFTI_MAGICS = (b"n+1\0", b"ni1\0", b"n+2\0", b"ni2\0")
_META_KEY = re.compile(
    rb"\s*(ObjectType|ObjectSubType|NDims|Comment|BinaryData|DimSize|ElementType|Name|ID)[ \t]*="
)
#: The file that makes a folder a Zarr image; its keys stand in any order, behind attributes of any length.
ZARR_METADATA = "zarr.json"
_META_SURE = re.compile(rb"^\s*(NDims|DimSize|ElementType|ElementDataFile)[ \t]*=", re.MULTILINE)
_MAGICS = (
    (b"NRRD", "nrrd"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x93NUMPY", "npy"),
    (b"\x9e\xa8b2frame\0", "b2nd"),
)
#: Sizes of the bitmap headers that follow the 14 bytes of a BMP file's own.
_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)
#: Value representations that can stand in the first element of a data set (PS3.5 section 6.2).
_EARLY_VRS = (b"UL", b"UI", b"CS", b"SH", b"OB", b"LO", b"DA", b"TM", b"DT", b"SQ", b"ST", b"AE", b"US")
#: Groups with which a data set without preamble begins.
_EARLY_GROUPS = (0x0002, 0x0008)
_LAST_EARLY_ELEMENT = 0x0100
_LONGEST_EARLY_VALUE = 4096
_SHORTEST_DATASET = 12
#: SOP Class UID (0008,0016) with one of the standard's own values, wherever stray bytes have moved it to.
_SOP_CLASS = re.compile(rb"\x08\x00\x16\x00(UI..|....)1\.2\.840\.10008\.", re.DOTALL)


def sniff(head: bytes, name: str = "") -> str | None:
    """Tell the format of a file, or ``None`` where it is no image that is known.

    Parameters
    ----------
    head
        The first bytes of the file, :data:`HEAD_BYTES` of them if it is that long; 1024 are enough for all but text
        headers that begin with long comments.
    name
        The file's name. It decides nothing that the content decides: it keeps the voxels of a ``.hdr``/``.img``
        pair from being taken for an image of their own, and a gzip stream that is broken from its first bytes on
        from being passed over where the name says that an image should have been there.

    Returns
    -------
    str or None
        ``"dicom"``, ``"nifti"``, ``"metaimage"``, ``"nrrd"``, ``"png"``, ``"jpeg"``, ``"tiff"``, ``"bmp"``, ``"gif"``,
        ``"npy"``, ``"b2nd"`` or, for the ``zarr.json`` of a folder, ``"zarr"``. A file behind gzip is
        judged by what is inside.
    """
    if head[128:132] == b"DICM":
        return "dicom"
    if head.startswith(b"\x1f\x8b"):
        return _sniff_gzip(head, name)
    tests = (
        (_magic(head), True),
        ("nifti", _is_nifti(head) and not name.lower().endswith(".img")),
        ("bmp", _is_bitmap(head)),
        ("metaimage", _META_KEY.match(head) and _META_SURE.search(head)),
        ("zarr", name == ZARR_METADATA and head.lstrip().startswith(b"{")),
        ("dicom", _is_bare_dataset(head)),
    )
    return next((word for word, holds in tests if word and holds), None)


def sniff_file(path: Path) -> str | None:
    """:func:`sniff` the file at ``path``.

    Raises
    ------
    UnreadableFile, HostileFile
        If there is no such file, or it is no regular one.
    """
    with open_regular(path) as file:
        return sniff(file.read(HEAD_BYTES), path.name)


def _sniff_gzip(head: bytes, name: str) -> str | None:
    try:
        # Far less than there may be, so that a wrong checksum at the end is left to the reader to find.
        inside = zlib.decompressobj(wbits=31).decompress(head, _NIFTI_SIZES[1])
    except zlib.error:
        return "nifti" if name.lower().endswith(".nii.gz") else None
    return "nifti" if _is_nifti(inside) and not name.lower().endswith(".img.gz") else None


def _magic(head: bytes) -> str | None:
    word = next((word for magic, word in _MAGICS if head.startswith(magic)), None)
    if word == "gif" and 0 in struct.unpack("<HH", head[6:10].ljust(4, b"\0")):
        return None
    if word == "jpeg" and not _second_segment_follows(head):
        return None
    return word


def _second_segment_follows(head: bytes) -> bool:
    """Whether a JPEG's first segment ends where the next one begins; true where that lies beyond ``head``."""
    length = int.from_bytes(head[4:6], "big")
    return head[4 + length : 5 + length] in (b"\xff", b"")


def _is_nifti(head: bytes) -> bool:
    if head[344:348] in _NIFTI_MAGICS or head[4:8] in _NIFTI_MAGICS:
        return True
    return any(int.from_bytes(head[:4], order) in _NIFTI_SIZES for order in _ORDERS)


def _is_bitmap(head: bytes) -> bool:
    if not head.startswith(b"BM"):
        return False
    reserved, _, header = struct.unpack("<III", head[6:18].ljust(12, b"\0"))
    return reserved == 0 and header in _BMP_HEADERS


def _is_bare_dataset(head: bytes) -> bool:
    """Whether a DICOM data set begins at byte 0 (PS3.5 section 7.1), in any of the uncompressed encodings."""
    if _SOP_CLASS.search(head):
        return True
    if len(head) < _SHORTEST_DATASET:
        return False
    for order in "<>":
        group, element = struct.unpack(order + "HH", head[:4])
        if group not in _EARLY_GROUPS or element > _LAST_EARLY_ELEMENT:
            continue
        if head[4:6] in _EARLY_VRS:
            return True
        (length,) = struct.unpack(order + "I", head[4:8])
        if order == "<" and length <= _LONGEST_EARLY_VALUE and length % 2 == 0 and length > 0:
            return True
    return False
