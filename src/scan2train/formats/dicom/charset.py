"""Header bytes to text, in whatever Specific Character Set they are (PS3.3 C.12.1.1.2, PS3.5 6.1)."""

from __future__ import annotations

from functools import lru_cache

#: Defined terms of single sets, and Python's names for them.
_SINGLE = {
    "": "ascii",
    "ISO_IR 6": "ascii",
    "ISO_IR 100": "latin-1",
    "ISO_IR 101": "iso8859-2",
    "ISO_IR 109": "iso8859-3",
    "ISO_IR 110": "iso8859-4",
    "ISO_IR 144": "iso8859-5",
    "ISO_IR 127": "iso8859-6",
    "ISO_IR 126": "iso8859-7",
    "ISO_IR 138": "iso8859-8",
    "ISO_IR 148": "iso8859-9",
    "ISO_IR 203": "iso8859-15",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 166": "tis-620",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gbk",
}
#: Defined terms of sets with code extensions (ISO 2022 escapes).
_EXTENDED = frozenset(
    f"ISO 2022 IR {n}"
    for n in (6, 13, 58, 87, 100, 101, 109, 110, 126, 127, 138, 144, 148, 149, 159, 166, 203)
)


def is_known(charset: str | None) -> bool:
    """Whether every part of a Specific Character Set value is a defined term."""
    parts = [part.strip() for part in (charset or "").split("\\")]
    return all(part in _SINGLE or part in _EXTENDED for part in parts)


def decode(raw: bytes, charset: str | None) -> tuple[str, bool]:
    """Decode a value; bytes that the set does not allow become replacement characters.

    Returns
    -------
    text, clean
        ``clean`` is false where something had to be replaced.
    """
    parts = tuple(part.strip() for part in (charset or "").split("\\"))
    if b"\x1b" in raw or len(parts) > 1 or parts[0] in _EXTENDED:
        text, clean = _decode_extended(raw, parts)
    else:
        text, clean = _decode_with(raw, _SINGLE.get(parts[0], "latin-1"))
    return trim(text), clean


def trim(text: str) -> str:
    """Without the padding of each value (PS3.5 6.2)."""
    return "\\".join(part.strip(" \0") for part in text.split("\\"))


def _decode_with(raw: bytes, codec: str) -> tuple[str, bool]:
    try:
        return raw.decode(codec), True
    except UnicodeDecodeError:
        return raw.decode(codec, errors="replace"), False


@lru_cache(maxsize=64)
def _encodings(parts: tuple[str, ...]) -> tuple[str, ...]:
    import warnings

    from pydicom.charset import convert_encodings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return tuple(convert_encodings(list(parts)))
        except LookupError:
            return ("iso8859",)


def _decode_extended(raw: bytes, parts: tuple[str, ...]) -> tuple[str, bool]:
    import warnings

    from pydicom.charset import decode_bytes
    from pydicom.valuerep import TEXT_VR_DELIMS

    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        try:
            text = str(decode_bytes(raw, list(_encodings(parts)), TEXT_VR_DELIMS))
        except (LookupError, ValueError):
            return raw.decode("latin-1"), False
    return text, not noted and "\ufffd" not in text
