"""Which header elements are collected: the walk's plan, built from the declared columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from scan2train.kernels import header_codes as codes
from scan2train.kernels.header_desk import Array, make_desk
from scan2train.tables import FRAMES, INSTANCES, Column

#: VR of the columns whose values are binary numbers, for files that do not name it (PS3.6); all others are text.
BINARY_VRS = {
    "0018,6012": "US",
    "0018,6018": "UL",
    "0018,601A": "UL",
    "0018,601C": "UL",
    "0018,601E": "UL",
    "0018,6024": "US",
    "0018,6026": "US",
    "0018,602C": "FD",
    "0018,602E": "FD",
    "0018,9073": "FD",
    "0018,9082": "FD",
    "0018,9087": "FD",
    "0019,100A": "US",
    "0020,9057": "UL",
    "0020,9128": "UL",
    "0020,9153": "FD",
    "0020,9157": "UL",
    "0020,9162": "US",
    "0020,9163": "US",
    "0020,9241": "FL",
    "0028,0002": "US",
    "0028,0006": "US",
    "0028,0010": "US",
    "0028,0011": "US",
    "0028,0100": "US",
    "0028,0101": "US",
    "0028,0102": "US",
    "0028,0103": "US",
    "0028,0120": "US",
    "0028,0121": "US",
    "0028,1041": "SS",
    "0054,0081": "US",
    "0062,000B": "US",
    "2001,1003": "FL",
}

#: Attributes without which stored values cannot be told from their bytes; they are US and nothing else.
PIXEL_TAGS = ("0028,0002", "0028,0010", "0028,0011", "0028,0100", "0028,0101", "0028,0102", "0028,0103")

#: A private element means something only after its creator's name: column, creator's tag, how the name begins.
PRIVATE = {
    "mosaic_images": ("0019,0010", "SIEMENS"),
    "philips_suv_factor": ("7053,0010", "PHILIPS PET"),
    "philips_activity_factor": ("7053,0010", "PHILIPS PET"),
    "b_value_siemens": ("0019,0010", "SIEMENS MR"),
    "b_value_ge": ("0043,0010", "GEMS_PARM_01"),
    "b_value_philips": ("2001,0010", "PHILIPS IMAGING DD 001"),
}

#: Dates that are checked and not kept: instance, study, series, acquisition, content, birth.
DATE_TAGS = ("0008,0012", "0008,0020", "0008,0021", "0008,0022", "0008,0023", "0010,0030")

#: Macro sequences with a Frame Type: MR, MR spectroscopy, CT, X-ray 3D, PET, US, parametric map.
FRAME_TYPE_PARENTS = (
    "0018,9226",
    "0018,9227",
    "0018,9329",
    "0018,9504",
    "0018,9751",
    "0018,9806",
    "0040,9092",
)

_VR_CLASSES = {"US": codes.VR_US, "SS": codes.VR_SS, "UL": codes.VR_UL, "FL": codes.VR_FL, "FD": codes.VR_FD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where each column's values lie in the walk's arrays, and the plan that puts them there."""

    n_top: int
    plan: dict[str, list[int]]
    numbers: tuple[Column, ...]
    texts: tuple[Column, ...]
    flags: tuple[Column, ...]

    def desk(self) -> Array:
        """A fresh desk with this plan."""
        return make_desk(self.n_top, self.plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    tag: int
    kind: int
    vr: int = codes.VR_TEXT
    mark: int = 0
    slot: int = -1
    values: tuple[tuple[int, int], ...] = ()
    children: tuple[_Entry, ...] = ()


@cache
def instance_layout() -> Layout:
    """The layout of the instances table."""
    hidden = tuple(
        Column(name=f"{name} creator", kind="text", meaning="", tag=tag) for name, (tag, _) in PRIVATE.items()
    )
    return _layout(
        (*INSTANCES, *hidden), extra=[_Entry(tag=number(tag), kind=codes.DATE) for tag in DATE_TAGS]
    )


@cache
def frame_layout() -> Layout:
    """The layout of the frames table."""
    columns = [column for column in FRAMES if column.parent]
    loose = [column for column in FRAMES if column.tag and not column.parent]
    return _layout(columns, anywhere=dict.fromkeys(loose, FRAME_TYPE_PARENTS))


def number(tag: str) -> int:
    """``"0028,0030"`` as one number."""
    return int(tag.replace(",", ""), 16)


def _layout(
    columns: Iterable[Column],
    extra: Sequence[_Entry] = (),
    anywhere: dict[Column, tuple[str, ...]] | None = None,
) -> Layout:
    anywhere = anywhere or {}
    wanted = [column for column in (*columns, *anywhere) if column.tag]
    numbers = tuple(c for c in wanted if c.kind in ("integer", "number"))
    texts = tuple(c for c in wanted if c.kind == "text")
    flags = tuple(c for c in wanted if c.kind == "boolean")
    slots = {column: at for group in (numbers, texts, flags) for at, column in enumerate(group)}
    places = [(parent, c) for c in wanted for parent in anywhere.get(c, (c.parent,))]
    parents = {parent for parent, _ in places}
    entries = {parent: _entries([c for p, c in places if p == parent], slots) for parent in parents}
    top = [*entries.pop("", []), *extra]
    top += [
        _Entry(tag=number(parent), kind=codes.SEQUENCE, children=tuple(inside))
        for parent, inside in entries.items()
    ]
    return Layout(
        n_top=len(top),
        plan=_plan(sorted(top, key=lambda e: e.tag)),
        numbers=numbers,
        texts=texts,
        flags=flags,
    )


def _entries(columns: list[Column], slots: dict[Column, int]) -> list[_Entry]:
    tags = sorted({c.tag for c in columns})
    return [entry for tag in tags for entry in _of_tag(tag, [c for c in columns if c.tag == tag], slots)]


def _of_tag(tag: str, columns: list[Column], slots: dict[Column, int]) -> list[_Entry]:
    vr = _VR_CLASSES.get(BINARY_VRS.get(tag, ""), codes.VR_TEXT)
    mark = codes.MARK_US_ONLY if tag in PIXEL_TAGS else 0
    numeric = sorted((max(c.item, 0), slots[c]) for c in columns if c.kind in ("integer", "number"))
    found = []
    if numeric:
        found.append(_Entry(tag=number(tag), kind=codes.NUMBER, vr=vr, mark=mark, values=tuple(numeric)))
    for c in columns:
        uid = codes.MARK_UID if c.name.endswith("_uid") else 0
        if c.kind == "text":
            kind = codes.TEXT if vr == codes.VR_TEXT else codes.ORDINALS
            found.append(_Entry(tag=number(tag), kind=kind, vr=vr, mark=uid, slot=slots[c]))
        elif c.kind == "boolean":
            kind = codes.FILLED if c.keep == "filled" else codes.PRESENT
            found.append(_Entry(tag=number(tag), kind=kind, slot=slots[c]))
    return found


def _plan(top: list[_Entry]) -> dict[str, list[int]]:
    flat = list(top)
    spans = []
    for entry in top:
        spans.append((len(flat), len(entry.children)) if entry.children else (0, 0))
        flat.extend(entry.children)
    spans += [(0, 0)] * (len(flat) - len(top))
    items: list[tuple[int, int]] = []
    for at, entry in enumerate(flat):
        if entry.values:
            spans[at] = (len(items), len(entry.values))
            items.extend(entry.values)

    return {
        "tag": [e.tag for e in flat],
        "kind": [e.kind for e in flat],
        "vr": [e.vr for e in flat],
        "mark": [e.mark for e in flat],
        "slot": [e.slot for e in flat],
        "first": [first for first, _ in spans],
        "count": [count for _, count in spans],
        "item": [item for item, _ in items],
        "column": [slot for _, slot in items],
    }
