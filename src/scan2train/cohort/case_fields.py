"""The fields of one case: attributes of its series, header fields of its files, names, sizes and counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scan2train.errors import Scan2TrainError
from scan2train.header import header
from scan2train.knowledge.file_names import stem
from scan2train.rule.telling import Kind

if TYPE_CHECKING:
    from scan2train.cohort.case_files import Case, Part

#: Of one slice among others, or of what the picture shows: no property of a case.
_LEFT_OUT = frozenset(
    {
        *(0x00020000, 0x00020003, 0x00080018, 0x00200013, 0x00200032, 0x00201041, 0x00280106, 0x00280107),
        *(0x00280108, 0x00280109, 0x00280110, 0x00280111, 0x00189219),
    }
)
#: Header fields of other formats of the same sort: extremes of values, and the pixels themselves.
_LEFT_OUT_FIELDS = frozenset(
    {"cal_max", "cal_min", "glmax", "glmin", "IDAT", "IEND", "CompressedDataSize", "ElementDataFile", "magic"}
    | {"ElementMin", "ElementMax", "sizeof_hdr", "tIME"}
)
#: Site and scanner: manufacturer, institution, station, department, model, serial number, software, time zone, and
#: what wrote the file.
_SITE = frozenset(
    {
        *(0x00080070, 0x00080080, 0x00080081, 0x00080082, 0x00081010, 0x00081040, 0x00081041, 0x00081090),
        *(0x00080005, 0x00080008, 0x00080016, 0x00080055, 0x00080060, 0x00080064, 0x00080068, 0x00080201),
        *(0x00120030, 0x00120031, 0x00120060, 0x00020002, 0x00020010, 0x00020012, 0x00020013, 0x00020016),
    }
)
#: Groups of the way of scanning: acquisition, pixels, nuclear medicine, functional groups.
_SCANNING = frozenset({0x0018, 0x0022, 0x0028, 0x0048, 0x0054, 0x2050, 0x5200})
_FREE_TEXT = frozenset({"LT", "ST", "UT"})
#: Values of one field of a case with many series.
_MOST_VALUES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """An attribute or another property: its name, its tag where it has one, its type, and what it is of.

    Two of one name are one: vendors differ in types.
    """

    name: str
    vr: str = field(compare=False)
    kind: Kind = field(compare=False)
    tag: int | None = field(default=None, compare=False)


def fields_of(case: Case) -> Iterator[tuple[Field, tuple[str, ...]]]:
    """Every field with the distinct values that it has in the case; no value where it is there and empty."""
    found: dict[Field, list[str]] = defaultdict(list)
    for part in case.parts:
        for one, values in _of_part(part):
            known = found[one]
            known.extend(value for value in values if value not in known)
    for name, numbers in _of_volumes(case).items():
        found[Field(name=name, vr="number", kind="site")] = numbers
    for one, numbers in found.items():
        # In the order of the values and not of the files, which the names of the files have a hand in.
        yield one, tuple(sorted(numbers)[:_MOST_VALUES])


def _of_part(part: Part) -> Iterator[tuple[Field, tuple[str, ...]]]:
    yield Field(name="format", vr="CS", kind="site"), (part.format,)
    for one in part.attributes:
        if one.tag in _LEFT_OUT:
            continue
        name = " > ".join((*one.parents, one.keyword))
        values = (str(one.items),) if one.vr == "SQ" else one.values
        if one.vr not in _FREE_TEXT and len(values) > 1:
            values = ("\\".join(values),)
        yield Field(name=name, vr=one.vr, kind=_kind(one.tag, one.vr), tag=one.tag), values
    if part.format != "dicom":
        yield from _of_header(part)
    names = PurePosixPath(part.first)
    yield Field(name="file name", vr="name", kind="text"), (stem(names.name),)
    yield Field(name="file suffix", vr="CS", kind="site"), (names.name[len(stem(names.name)) :].lower(),)
    for level, folder in enumerate(names.parts[:-1], start=1):
        yield Field(name=f"folder name, level {level}", vr="folder", kind="text"), (folder,)
    yield Field(name="depth of folders", vr="number", kind="text"), (str(len(names.parts)),)


def _of_header(part: Part) -> Iterator[tuple[Field, tuple[str, ...]]]:
    """Header fields of a file that is not DICOM, a field of several numbers taken apart."""
    try:
        fields = header(part.file)
    except Scan2TrainError:
        return
    for one in fields:
        if one.tag in _LEFT_OUT_FIELDS or one.value is None:
            continue
        text = one.vr == "text" or isinstance(one.value, str)
        kind: Kind = "text" if text and not _is_number(str(one.value)) else "site"
        for at, value in enumerate(_flat(one.value)):
            name = f"{part.format} {one.tag}" + (f"[{at}]" if at else "")
            yield (
                Field(name=name, vr="text" if kind == "text" else "number", kind=kind),
                (value,)[: bool(value)],
            )


def _flat(value: object) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in _flat(one)][:24]
    return [f"{value:.6g}" if isinstance(value, float) else " ".join(str(value).split())]


def _is_number(text: str) -> bool:
    try:
        for one in text.split():
            float(one)
    except ValueError:
        return False
    return True


def _kind(tag: int, vr: str) -> Kind:
    private = (tag >> 16) % 2 == 1
    if vr in _FREE_TEXT:
        return "text"
    return "site" if private or vr == "UI" or tag in _SITE or tag >> 16 in _SCANNING else "text"


def _of_volumes(case: Case) -> dict[str, list[str]]:
    """Sizes and spacings of the volumes, and how many of everything there are."""
    found: dict[str, list[str]] = {
        "number of series or files": [str(len(case.parts))],
        "number of files": [str(sum(len(part.paths) for part in case.parts))],
        "number of volumes": [str(len(case.volumes))],
    }
    for name in case.volumes[0] if case.volumes else ():
        if name in ("source", "path", "file"):
            continue
        values = {row[name] for row in case.volumes if row[name] not in (None, "")}
        found[f"volume {name}"] = [f"{one:.5g}" if isinstance(one, float) else str(one) for one in values]
    return found
