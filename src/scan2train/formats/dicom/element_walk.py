"""Every element of a data set, by its length and no further than the file goes: what cannot be followed ends the walk.

Unlike the index, which wants few elements of many files, this shows all elements of one.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from scan2train.formats.dicom.element_names import Private, called
from scan2train.formats.dicom.element_values import BINARY, LONG_VRS, SHORT_VRS, as_text, value_of
from scan2train.formats.field import Field

_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_CHARSET, _REPRESENTATION, _PIXELS = 0x00080005, 0x00280103, 0x7FE00010
#: The longest value that is shown whole, how much of all values together, how many elements, and how deep.
_LONGEST, _MOST_BYTES, _MOST_ELEMENTS, _DEEPEST = 1 << 20, 32 << 20, 250_000, 64
_MOST_NUMBERS = 4096
_TEXT_OF_UNKNOWN = 1024


class Encoding(NamedTuple):
    """How elements are written (PS3.5 section 7.1)."""

    implicit: bool
    little: bool


class _Head(NamedTuple):
    tag: int
    vr: str
    length: int
    start: int


@dataclass(slots=True)
class Walk:
    """A walk over ``size`` bytes that ``read(at, count)`` gives; ``stopped`` says why it ended early, if it did.

    Where ``seen`` is not negative, bytes from there on are not to be had: elements may reach beyond, and none begins
    there.
    """

    read: Callable[[int, int], bytes]
    size: int
    private: Private
    stopped: str = ""
    seen: int = -1
    _elements: int = 0
    _bytes: int = 0
    _signed: bool = field(default=False)

    def dataset(
        self,
        at: int,
        end: int,
        encoding: Encoding,
        *,
        charset: str = "",
        depth: int = 0,
        only_meta: bool = False,
    ) -> tuple[list[Field], int]:
        """Elements from ``at`` to ``end`` or to the end of the item, and where the next byte is."""
        found: list[Field] = []
        creators: dict[int, str] = {}
        while at < end and not self.stopped:
            if 0 <= self.seen <= at:
                break
            if only_meta and self.read(at, 2) != b"\2\0":
                break
            head = self._head(at, end, encoding)
            if head is None:
                break
            if head.tag in (_ITEM_END, _SEQUENCE_END):
                return found, head.start
            one, at = self._element(head, end, encoding, charset, creators, depth)
            found.append(one)
            if head.tag == _CHARSET:
                charset = "\\".join(one.value) if isinstance(one.value, list) else str(one.value or "")
        return found, at

    def _stop(self, why: str) -> None:
        if not self.stopped:
            self.stopped = why

    def _head(self, at: int, end: int, encoding: Encoding) -> _Head | None:
        """Tag, VR and length; ``None`` where there is none that can be."""
        order = "<" if encoding.little else ">"
        raw = self.read(at, min(12, end - at))
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            self._stop(f"there are more than {_MOST_ELEMENTS} elements, at byte {at}")
            return None
        if len(raw) < 8:
            self._stop(f"the file ends within an element, at byte {at}")
            return None
        group, element = struct.unpack(f"{order}HH", raw[:4])
        tag = group << 16 | element
        if encoding.implicit or group == 0xFFFE:
            return _Head(tag, "", struct.unpack(f"{order}I", raw[4:8])[0], at + 8)
        vr = raw[4:6].decode("latin-1")
        if vr in SHORT_VRS:
            return _Head(tag, vr, struct.unpack(f"{order}H", raw[6:8])[0], at + 8)
        if vr in LONG_VRS and len(raw) == 12:
            return _Head(tag, vr, struct.unpack(f"{order}I", raw[8:12])[0], at + 12)
        self._stop(f"({group:04X},{element:04X}) has no value representation that exists, at byte {at}")
        return None

    def _element(
        self, head: _Head, end: int, encoding: Encoding, charset: str, creators: dict[int, str], depth: int
    ) -> tuple[Field, int]:
        group, low = head.tag >> 16, head.tag & 0xFFFF
        creator = creators.get(low >> 8, "") if group % 2 and low > 0xFF else ""
        names = called(head.tag, creator, self.private)
        vr = self._vr(head, names.vr)
        about = Field(
            tag=f"{group:04X},{low:04X}", keyword=names.keyword, name=names.name, vr=vr, creator=creator
        )
        undefined = head.length == _UNDEFINED
        if undefined and head.tag == _PIXELS:
            return self._fragments(about, head.start, end, encoding)
        if not undefined and head.length > end - head.start:
            left = max(end - head.start, 0)
            self._stop(f"({about.tag}) claims {head.length} bytes, and {left} are left, at byte {head.start}")
            return _with(about, size=left), end
        if vr == "SQ" or undefined:
            inner = Encoding(implicit=True, little=True) if head.vr == "UN" else encoding
            return self._sequence(about, head, end, inner, charset, depth)
        after = head.start + head.length
        value = self._value(head, vr, charset, little=encoding.little)
        if head.tag == _REPRESENTATION:
            self._signed = value == 1
        if group % 2 and 0x10 <= low <= 0xFF:
            creators[low] = str(value or "")
        return _with(about, size=head.length, value=value, meaning=_meaning(vr, value)), after

    def _vr(self, head: _Head, known: str) -> str:
        """The VR in the file, or that of the dictionary where the file has none, or knows it as UN only."""
        vr = known if head.vr in ("", "UN") else head.vr
        if vr == "US or SS":
            return "SS" if self._signed else "US"
        return "OW" if " or " in vr else vr

    def _value(self, head: _Head, vr: str, charset: str, *, little: bool) -> object:
        if vr in BINARY:
            short = vr == "UN" and head.length <= _TEXT_OF_UNKNOWN
            return as_text(self._taken(head)) if short else None
        longest = (
            _MOST_NUMBERS * 8 if vr in ("US", "SS", "UL", "SL", "FL", "FD", "UV", "SV", "AT") else _LONGEST
        )
        if head.length > longest or self._bytes + head.length > _MOST_BYTES:
            return None
        return value_of(self._taken(head), vr, charset, little=little)

    def _taken(self, head: _Head) -> bytes:
        self._bytes += head.length
        return self.read(head.start, head.length)

    def _sequence(
        self, about: Field, head: _Head, end: int, encoding: Encoding, charset: str, depth: int
    ) -> tuple[Field, int]:
        at = head.start
        last = end if head.length == _UNDEFINED else at + head.length
        items: list[tuple[Field, ...]] = []
        if depth >= _DEEPEST:
            self._stop(f"sequences are nested more than {_DEEPEST} deep, at byte {at}")
        while at < last and not self.stopped:
            item = self._head(at, last, encoding)
            if item is None:
                break
            if item.tag == _SEQUENCE_END:
                at = item.start
                break
            inside = item.length == _UNDEFINED
            if item.tag != _ITEM or (not inside and item.length > last - item.start):
                self._stop(f"({about.tag}) has no item that fits, at byte {at}")
                break
            stop = last if inside else item.start + item.length
            fields, at = self.dataset(item.start, stop, encoding, charset=charset, depth=depth + 1)
            at = at if inside else stop
            items.append(tuple(fields))
        return _with(about, vr="SQ", items=tuple(items), size=at - head.start), at

    def _fragments(self, about: Field, at: int, end: int, encoding: Encoding) -> tuple[Field, int]:
        number, size = 0, 0
        while at < end and not self.stopped:
            item = self._head(at, end, encoding)
            if item is None:
                break
            if item.tag == _SEQUENCE_END:
                at = item.start
                break
            if item.tag != _ITEM or item.length > end - item.start:
                self._stop(f"a fragment of the pixel data does not fit, at byte {at}")
                break
            number, size, at = number + 1, size + item.length, item.start + item.length
        return _with(about, size=size, meaning=f"encapsulated, {number} items with the offset table"), at


def _with(about: Field, **changes: object) -> Field:
    return replace(about, **changes)  # type: ignore[arg-type]


def _meaning(vr: str, value: object) -> str:
    if vr != "UI" or not isinstance(value, str):
        return ""
    from pydicom.uid import UID

    name = UID(value, validation_mode=0).name
    return "" if name == value else str(name)
