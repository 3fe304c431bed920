"""Headers that the walker declines, read by pydicom into the same row.

pydicom sees a bounded copy of the file's beginning in memory: whatever lengths the header claims, no more can be
read or allocated than is there.
"""

from __future__ import annotations

import io
import os
import warnings
from typing import Any, Literal

import numpy as np

from scan2train.formats.dicom.header import HEADER_LIMIT, OPEN_FLAGS, Headers
from scan2train.formats.dicom.header_columns import number
from scan2train.formats.dicom.refusals import Refusal
from scan2train.kernels import header_codes as codes
from scan2train.tables import Column

_SYNTAXES = {
    (True, True): codes.SYNTAX_IMPLICIT,
    (False, True): codes.SYNTAX_EXPLICIT,
    (False, False): codes.SYNTAX_BIG,
}
_PIXEL_KINDS = {
    0x7FE00010: codes.PIXEL_NATIVE,
    0x7FE00008: codes.PIXEL_FLOAT,
    0x7FE00009: codes.PIXEL_DOUBLE,
}


def read_declined(headers: Headers, path: bytes, row: int, size: int) -> Refusal | None:
    """Fill row ``row`` from what pydicom makes of the file; a refusal where it makes nothing of it."""
    try:
        fd = os.open(path, OPEN_FLAGS)
        try:
            data = _beginning(fd, min(size, HEADER_LIMIT))
        finally:
            os.close(fd)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _fill(headers, data, row, size)
    except Exception as error:  # noqa: BLE001  pydicom raises whatever its parts raise
        return Refusal(
            reason="bad-vr",
            code="FIL005",
            message=f"the header cannot be parsed ({type(error).__name__}: {error})",
        )


def _beginning(fd: int, count: int) -> bytes:
    parts = []
    at = 0
    while at < count:
        part = os.pread(fd, min(count - at, 1 << 20), at)
        if not part:
            break
        parts.append(part)
        at += len(part)
    return b"".join(parts)


def _fill(headers: Headers, data: bytes, row: int, size: int) -> Refusal | None:
    from pydicom import dcmread

    stream = io.BytesIO(data)
    dataset = dcmread(stream, stop_before_pixels=True, force=True)
    at = stream.tell()
    implicit, little = dataset.original_encoding
    headers.numbers[:, row], headers.flags[:, row], headers.codes[:, row] = np.nan, 0, 0
    for slot, column in enumerate(headers.layout.texts):
        text = _text(dataset, column)
        if text:
            headers.codes[slot, row] = len(headers.texts)
            headers.texts.append(text)
    for slot, column in enumerate(headers.layout.numbers):
        _number(headers, dataset, column, slot, row)
    for slot, column in enumerate(headers.layout.flags):
        element = _element(dataset, column)
        filled = element is not None and (column.keep == "present" or str(element.value).strip() != "")
        headers.flags[slot, row] = int(filled)
    facts = headers.facts[:, row]
    facts[codes.F_ODD] |= codes.ODD_VR
    facts[codes.F_SYNTAX] = _SYNTAXES.get((bool(implicit), bool(little)), codes.SYNTAX_UNKNOWN)
    headers.by_pydicom.add(row)
    return _pixels(facts, data, at, size, implicit=bool(implicit), little=bool(little))


def _pixels(facts: Any, data: bytes, at: int, size: int, *, implicit: bool, little: bool) -> Refusal | None:
    """Where the pixel data lies: pydicom stopped in front of it."""
    order: Literal["little", "big"] = "little" if little else "big"
    head = data[at : at + 12]
    tag = (int.from_bytes(head[:2], order) << 16) | int.from_bytes(head[2:4], order)
    start = at + (8 if implicit else 12)
    if tag not in _PIXEL_KINDS or start > len(data):
        return Refusal(
            reason="bad-vr",
            code="FIL005",
            message=f"an element has no value representation that exists; from byte {at} on nothing can be made out",
        )
    length = int.from_bytes(head[4:8] if implicit else head[8:12], order)
    if length == codes.UNDEFINED or length > size - start:
        return Refusal(
            reason="broken-structure",
            code="FIL001",
            message=f"{length} bytes of pixel data, {size - start} are left",
        )
    facts[codes.F_PIXEL_AT], facts[codes.F_PIXEL_LENGTH], facts[codes.F_PIXEL_KIND] = (
        start,
        length,
        _PIXEL_KINDS[tag],
    )
    facts[codes.F_STATUS] = codes.OK
    return None


def _element(dataset: Any, column: Column) -> Any:
    where = dataset
    if column.tag.startswith("0002"):
        where = dataset.file_meta
    elif column.parent:
        outer = dataset.get(number(column.parent))
        if outer is None or outer.VR != "SQ" or not outer.value:
            return None
        where = outer.value[0]
    return where.get(number(column.tag))


def _values(element: Any) -> list[Any]:
    value = element.value
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple)) or hasattr(value, "append") else [value]


def _text(dataset: Any, column: Column) -> str | None:
    element = _element(dataset, column)
    return (
        None if element is None else "\\".join(str(value).strip(" \0") for value in _values(element)) or None
    )


def _number(headers: Headers, dataset: Any, column: Column, slot: int, row: int) -> None:
    element = _element(dataset, column)
    values = [] if element is None else _values(element)
    item = max(column.item, 0)
    if item >= len(values):
        return
    try:
        value = float(values[item])
    except (TypeError, ValueError):
        headers.note(row, f"bad-number:{column.name}")
        return
    if not np.isfinite(value):
        headers.note(row, f"non-finite:{column.name}")
        return
    headers.numbers[slot, row] = value
