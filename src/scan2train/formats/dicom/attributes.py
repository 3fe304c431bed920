"""What one file's header says, attribute by attribute, quickly: for questions about many files that any tag may answer.

The index reads a fixed set of columns of every file; this reads every attribute of a few files.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.errors import NotAnImage
from scan2train.formats.dicom.charset import decode
from scan2train.formats.regular import open_regular

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

#: Values beyond this are not looked at: they are pictures, tables and vendors' binary headers.
_LONGEST = 1 << 14
#: What is left in the file unread. Sequences of a known length may be longer than any value, and names lie in them.
_UNREAD = 1 << 24
#: How many elements of one file are looked at, nested ones among them, and how many items of one sequence.
_MOST_ELEMENTS, _MOST_ITEMS = 20_000, 16
#: Frames by frames: as many items as there are frames, and nothing that tells of a person.
_PER_FRAME = 0x52009230
_BINARY = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "UN", "OB or OW", "US or OW", "US or SS or OW"})
_DEFLATED, _META_BYTES = b"1.2.840.10008.1.2.1.99", 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute with its value as text.

    Parameters
    ----------
    tag
        Group and element as one number.
    keyword
        In the standard's words; for private elements the creator and the last two digits.
    vr
        Value representation.
    values
        Its values as text, without padding; none where it is empty or a sequence.
    parents
        Keywords of the sequences it is nested in, from outside in.
    items
        Of a sequence the number of its items.
    """

    tag: int
    keyword: str
    vr: str
    values: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    items: int = 0


def read_attributes(
    path: Path, *, wanted: Callable[[int], bool] = lambda _: True, deepest: int = 3
) -> list[Attribute]:
    """The attributes of a DICOM file, nested ones after their sequence; what cannot be followed is left out.

    Parameters
    ----------
    path
        The file.
    wanted
        Which tags are looked at; sequences are entered in any case.
    deepest
        How many sequences deep it goes. Frame by frame attributes of enhanced objects are left out.

    Returns
    -------
    list[Attribute]
        Empty where the file cannot be read as DICOM.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(islice(_walk(_dataset(path), wanted, deepest, ()), _MOST_ELEMENTS))
    except Exception:  # noqa: BLE001 - headers lie in more ways than pydicom has errors; the index has said so
        return []


def _dataset(path: Path) -> Dataset:
    from io import BufferedReader

    from pydicom import dcmread

    with BufferedReader(open_regular(path)) as file:
        if _DEFLATED in file.read(_META_BYTES):
            raise NotAnImage("a deflated header is not looked at", where=path)
        file.seek(0)
        return dcmread(file, stop_before_pixels=True, force=True, defer_size=_UNREAD)


def _walk(
    dataset: Dataset, wanted: Callable[[int], bool], deepest: int, parents: tuple[str, ...]
) -> Iterator[Attribute]:
    meta = getattr(dataset, "file_meta", None)
    if not parents and meta:
        yield from _walk(meta, wanted, 0, ())
    charset = str(dataset.get("SpecificCharacterSet", "") or "")
    for tag in sorted(dataset.keys()):
        try:
            yield from _one(dataset, tag, wanted, deepest, parents, charset)
        except Exception:  # noqa: BLE001, S112 - one value that nothing can read hides no other
            continue


def _one(
    dataset: Dataset,
    tag: Any,
    wanted: Callable[[int], bool],
    deepest: int,
    parents: tuple[str, ...],
    charset: str,
) -> Iterator[Attribute]:
    raw: Any = dataset.get_item(tag)
    vr = str(raw.VR or "UN")
    if vr == "UN":
        # Programs write UN for what their own dictionary lacks; the standard's may know it.
        vr = _known(int(tag), private=tag.is_private)
    if vr == "SQ":
        if int(tag) == _PER_FRAME:
            return
        sequence = dataset[tag]
        name = _name(dataset, sequence)
        items = list(sequence.value or ())
        if wanted(int(tag)):
            yield Attribute(tag=int(tag), keyword=name, vr="SQ", parents=parents, items=len(items))
        for item in items[:_MOST_ITEMS] if deepest else ():
            yield from _walk(item, wanted, deepest - 1, (*parents, name))
        return
    overlay = (tag.group & 0xFF00) == 0x6000
    if overlay or vr in _BINARY or getattr(raw, "length", 0) > _LONGEST or not wanted(int(tag)):
        return
    element = dataset[tag]
    if element.VR not in _BINARY:
        yield Attribute(
            tag=int(tag),
            keyword=_name(dataset, element),
            vr=str(element.VR),
            values=tuple(_texts(element.value, charset)),
            parents=parents,
        )


def _known(tag: int, *, private: bool) -> str:
    from pydicom.datadict import dictionary_VR

    if private:
        return "UN"
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "UN"


def _name(dataset: Dataset, element: Any) -> str:
    if element.tag.is_private:
        block = (element.tag.group << 16) | (element.tag.element >> 8)
        creator = str(dataset[block].value) if block in dataset and element.tag.element > 0xFF else ""
        return f"{creator} {element.tag.element & 0xFF:02X}".strip()
    return str(element.keyword) or f"({element.tag.group:04X},{element.tag.element:04X})"


def _texts(value: Any, charset: str) -> Iterator[str]:
    if value is None:
        return
    many = value if isinstance(value, (list, tuple)) or hasattr(value, "append") else [value]
    for one in list(many)[:64]:
        text = decode(one, charset or None)[0] if isinstance(one, bytes) else str(one)
        text = " ".join(text.replace("\0", " ").split())
        if text:
            yield text
