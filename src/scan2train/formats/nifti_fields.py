"""The NIfTI-1 and NIfTI-2 headers, byte by byte.

Source: nifti1.h and nifti2.h of the NIfTI Data Format Working Group, https://nifti.nimh.nih.gov.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from scan2train.errors import NonconformingHeader, UnreadableFile

Order = Literal["<", ">"]
_ORDERS: tuple[Order, ...] = ("<", ">")

NIFTI1 = np.dtype(
    [
        ("sizeof_hdr", "i4"),
        ("unused", "V35"),
        ("dim_info", "u1"),
        ("dim", "i2", 8),
        ("intent_p", "f4", 3),
        ("intent_code", "i2"),
        ("datatype", "i2"),
        ("bitpix", "i2"),
        ("slice_start", "i2"),
        ("pixdim", "f4", 8),
        ("vox_offset", "f4"),
        ("scl_slope", "f4"),
        ("scl_inter", "f4"),
        ("slice_end", "i2"),
        ("slice_code", "u1"),
        ("xyzt_units", "u1"),
        ("cal_max", "f4"),
        ("cal_min", "f4"),
        ("slice_duration", "f4"),
        ("toffset", "f4"),
        ("glmax", "i4"),
        ("glmin", "i4"),
        ("descrip", "S80"),
        ("aux_file", "S24"),
        ("qform_code", "i2"),
        ("sform_code", "i2"),
        ("quatern", "f4", 3),
        ("qoffset", "f4", 3),
        ("srow", "f4", (3, 4)),
        ("intent_name", "S16"),
        ("magic", "S4"),
    ]
)
NIFTI2 = np.dtype(
    [
        ("sizeof_hdr", "i4"),
        ("magic", "S8"),
        ("datatype", "i2"),
        ("bitpix", "i2"),
        ("dim", "i8", 8),
        ("intent_p", "f8", 3),
        ("pixdim", "f8", 8),
        ("vox_offset", "i8"),
        ("scl_slope", "f8"),
        ("scl_inter", "f8"),
        ("cal_max", "f8"),
        ("cal_min", "f8"),
        ("slice_duration", "f8"),
        ("toffset", "f8"),
        ("slice_start", "i8"),
        ("slice_end", "i8"),
        ("descrip", "S80"),
        ("aux_file", "S24"),
        ("qform_code", "i4"),
        ("sform_code", "i4"),
        ("quatern", "f8", 3),
        ("qoffset", "f8", 3),
        ("srow", "f8", (3, 4)),
        ("slice_code", "i4"),
        ("xyzt_units", "i4"),
        ("intent_code", "i4"),
        ("intent_name", "S16"),
        ("dim_info", "u1"),
        ("unused", "V15"),
    ]
)
#: Code of ``datatype`` to the type of one stored value and the number of values per voxel.
DATATYPES = {
    2: ("u1", 1),
    4: ("i2", 1),
    8: ("i4", 1),
    16: ("f4", 1),
    64: ("f8", 1),
    128: ("u1", 3),
    256: ("i1", 1),
    512: ("u2", 1),
    768: ("u4", 1),
    1024: ("i8", 1),
    1280: ("u8", 1),
    2304: ("u1", 4),
}
REFUSED_DATATYPES = {
    1: "single bits",
    32: "complex64",
    1536: "float128",
    1792: "complex128",
    2048: "complex256",
}
#: intent_code of a vector per voxel.
INTENT_VECTOR = 1007


class RawHeader(NamedTuple):
    """The fields as they stand in the file, the byte order they are in, and whether voxels are in the same file."""

    fields: dict[str, Any]
    order: Order
    version: int
    single: bool


def parse(head: bytes, path: Path) -> RawHeader:
    """Take the fields out of a header's bytes.

    Raises
    ------
    UnreadableFile
        If there are too few bytes.
    NonconformingHeader
        If size or magic string are not those of NIfTI-1 or NIfTI-2.
    """
    for kind, version in ((NIFTI1, 1), (NIFTI2, 2)):
        for order in _ORDERS:
            if int.from_bytes(head[:4], "little" if order == "<" else "big") != kind.itemsize:
                continue
            if len(head) < kind.itemsize:
                raise UnreadableFile(
                    "the header is cut short",
                    where=path,
                    expected=f"{kind.itemsize} bytes",
                    found=f"{len(head)} bytes",
                )
            record = np.frombuffer(head, kind.newbyteorder(order), 1)[0]
            fields = {name: _plain(record[name]) for name in kind.names or () if name != "unused"}
            return RawHeader(fields, order, version, _single(fields["magic"], version, path))
    raise NonconformingHeader(
        "the header's size is not one of NIfTI",
        where=path,
        expected="348 or 540 in its first four bytes",
        found=head[:4].hex(" "),
    )


def _single(magic: str, version: int, path: Path) -> bool:
    if version == 2:
        magic = magic.removesuffix("\0\r\n\x1a\n").removesuffix("\r\n\x1a\n")
    if magic in (f"n+{version}", f"ni{version}"):
        return magic[1] == "+"
    if magic == "":
        raise NonconformingHeader(
            "no magic string: an Analyze 7.5 header, which does not say where left and right are",
            where=path,
            advice="Convert it with the tool that wrote it.",
        )
    raise NonconformingHeader(
        "the magic string is not one of NIfTI",
        where=path,
        expected=f"n+{version} or ni{version}",
        found=ascii(magic),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("latin-1").rstrip("\0")
    return value.tolist()
