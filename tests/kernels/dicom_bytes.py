"""DICOM files byte by byte, right and wrong, for the tests of the walker."""

from __future__ import annotations

import struct

LONG = {"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"}
UNDEFINED = 0xFFFFFFFF
EXPLICIT = "1.2.840.10008.1.2.1"
IMPLICIT = "1.2.840.10008.1.2"
BIG = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"


def element(
    tag: int,
    vr: str,
    value: bytes | str = b"",
    *,
    length: int | None = None,
    implicit: bool = False,
    big: bool = False,
) -> bytes:
    """One element; ``length`` may lie."""
    order = ">" if big else "<"
    data = value.encode("latin-1") if isinstance(value, str) else value
    if isinstance(value, str) and len(data) % 2:
        data += b"\0" if vr == "UI" else b" "
    count = len(data) if length is None else length
    head = struct.pack(order + "HH", tag >> 16, tag & 0xFFFF)
    if implicit:
        return head + struct.pack(order + "I", count) + data
    if vr in LONG:
        return head + vr.encode() + b"\0\0" + struct.pack(order + "I", count) + data
    return head + vr.encode() + struct.pack(order + "H", count) + data


def us(tag: int, *values: int, implicit: bool = False, big: bool = False) -> bytes:
    """An element of unsigned shorts."""
    order = ">" if big else "<"
    return element(tag, "US", struct.pack(f"{order}{len(values)}H", *values), implicit=implicit, big=big)


def item(content: bytes, *, undefined: bool = False, big: bool = False) -> bytes:
    """One item of a sequence."""
    order = ">" if big else "<"
    head = struct.pack(order + "HH", 0xFFFE, 0xE000)
    if undefined:
        end = struct.pack(order + "HHI", 0xFFFE, 0xE00D, 0)
        return head + struct.pack(order + "I", UNDEFINED) + content + end
    return head + struct.pack(order + "I", len(content)) + content


def sequence(
    tag: int, *items: bytes, undefined: bool = False, implicit: bool = False, big: bool = False
) -> bytes:
    """A sequence of these items."""
    order = ">" if big else "<"
    content = b"".join(items)
    if undefined:
        content += struct.pack(order + "HHI", 0xFFFE, 0xE0DD, 0)
    return element(tag, "SQ", content, length=UNDEFINED if undefined else None, implicit=implicit, big=big)


def meta(syntax: str | None = EXPLICIT) -> bytes:
    """Preamble and meta group."""
    inside = element(0x00020002, "UI", "1.2.840.10008.5.1.4.1.1.2") + element(0x00020003, "UI", "1.2.3")
    inside += b"" if syntax is None else element(0x00020010, "UI", syntax)
    return bytes(128) + b"DICM" + element(0x00020000, "UL", struct.pack("<I", len(inside))) + inside


def image(
    early: bytes = b"",
    late: bytes = b"",
    *,
    series: bytes = b"",
    syntax: str = EXPLICIT,
    rows: int = 3,
    columns: int = 5,
    pixels: bytes | None = None,
    spacing: str = "0.75\\0.5",
) -> bytes:
    """A small CT slice. ``early`` stands before group 0020, ``series`` in it, ``late`` behind group 0028."""
    how = {"implicit": syntax == IMPLICIT, "big": syntax == BIG}
    uids = ((0x00080016, "1.2.840.10008.5.1.4.1.1.2"), (0x00080018, "1.2.3.4"))
    data = b"".join(element(tag, "UI", uid, **how) for tag, uid in uids)
    data += element(0x00080060, "CS", "CT", **how)
    data += early
    data += element(0x0020000D, "UI", "1.2.3.5", **how) + element(0x0020000E, "UI", "1.2.3.6", **how)
    data += series
    data += us(0x00280002, 1, **how) + element(0x00280004, "CS", "MONOCHROME2", **how)
    data += us(0x00280010, rows, **how) + us(0x00280011, columns, **how)
    data += element(0x00280030, "DS", spacing, **how)
    for tag, value in ((0x00280100, 16), (0x00280101, 16), (0x00280102, 15), (0x00280103, 1)):
        data += us(tag, value, **how)
    data += late
    if syntax == RLE:
        content = (
            item(b"") + item(bytes(70)) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0) if pixels is None else pixels
        )
        return meta(syntax) + data + element(0x7FE00010, "OB", content, length=UNDEFINED)
    content = bytes(rows * columns * 2) if pixels is None else pixels
    return meta(syntax) + data + element(0x7FE00010, "OW", content, **how)
