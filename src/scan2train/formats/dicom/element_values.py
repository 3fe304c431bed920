"""The bytes of an element as text and numbers, by its value representation (PS3.5 section 6.2)."""

from __future__ import annotations

import math
import struct
from typing import Any

from scan2train.formats.dicom.charset import decode

#: Two-letter codes of all value representations, and of those whose length has four bytes (PS3.5 7.1.2).
LONG_VRS = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))
SHORT_VRS = frozenset(
    (
        "AE",
        "AS",
        "AT",
        "CS",
        "DA",
        "DS",
        "DT",
        "FD",
        "FL",
        "IS",
        "LO",
        "LT",
        "PN",
        "SH",
        "SL",
        "SS",
        "ST",
        "TM",
        "UI",
    )
) | {"UL", "US"}
#: What is shown as its size alone.
BINARY = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "UN"))
_WHOLE = frozenset(("LT", "ST", "UR", "UT"))
_NUMBERS = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "UV": "Q", "SV": "q"}


def value_of(raw: bytes, vr: str, charset: str, *, little: bool) -> Any:
    """Text, a number, a list of them, or ``None`` for an empty value."""
    if not raw:
        return None
    if vr in _NUMBERS or vr == "AT":
        return _one_or_list(_numbers(raw, vr, little=little))
    text = decode(raw, charset)[0]
    if vr in _WHOLE:
        return text
    parts: list[Any] = text.split("\\")
    if vr in ("DS", "IS"):
        parts = [_number(part, whole=vr == "IS") for part in parts]
    return _one_or_list(parts)


def as_text(raw: bytes) -> str | None:
    """Bytes of an unknown kind as text, where they are nothing but printable ASCII; else ``None``."""
    trimmed = raw.rstrip(b"\0 ")
    return trimmed.decode("ascii") if trimmed and all(0x20 <= byte < 0x7F for byte in trimmed) else None


def _numbers(raw: bytes, vr: str, *, little: bool) -> list[Any]:
    order = "<" if little else ">"
    if vr == "AT":
        whole = raw[: len(raw) // 4 * 4]
        return [f"{group:04X},{element:04X}" for group, element in struct.iter_unpack(f"{order}HH", whole)]
    kind = struct.Struct(order + _NUMBERS[vr])
    whole = raw[: len(raw) // kind.size * kind.size]
    return [_plain(number) for (number,) in kind.iter_unpack(whole)]


def _plain(number: float) -> float | str:
    # JSON knows no NaN.
    return number if math.isfinite(number) else str(number)


def _number(text: str, *, whole: bool) -> float | str:
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        return text
    return _plain(number)


def _one_or_list(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
