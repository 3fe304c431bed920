"""An edit as it is asked for: which tool, where, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, Final, Self

import numpy as np

from scan2train.errors import UnknownName, WrongUse
from scan2train.grid import FloatArray
from scan2train.labelling.legend import HIGHEST
from scan2train.labelling.region import Over

#: What can be done, and what each does.
TOOLS: Final[Mapping[str, str]] = {
    "brush": "give the voxels under a disc or ball along a stroke a label, or take it away",
    "polygon": "the same for what lies within an outline",
    "fill": "the same for a connected region of a slice",
    "interpolate": "draw a label on the slices between those that have it",
    "copy": "repeat a slice's label on another slice, the next one if none is named",
    "clear": "take a label away, or all, from a slice or the whole image",
    "add": "a new label",
    "rename": "another name or colour for a label",
    "describe": "names and colours for many labels; those that are not there yet are added",
    "remove": "take a label away with its name",
    "box": "a new box, or one drawn anew on another plane",
    "unbox": "take a box away",
}
#: Tools that need to know on which plane.
ON_A_PLANE: Final = frozenset({"brush", "polygon", "fill", "interpolate", "copy", "box"})
#: A label's value, name and colour.
Described = tuple[int, str, str]
#: More corners or points than a hand makes in one go.
_MOST_POINTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit.

    ``points`` are ``(column, row)`` on the plane. ``value`` is the label; ``over`` what may be painted over, and
    ``only_within`` the image values, both ends within, where anything may change. ``three_d`` makes the brush a ball,
    and lets ``interpolate`` fill all gaps. ``to`` is the slice that ``copy`` goes to, ``box`` a box's number. ``t`` is
    the point of time whose values ``only_within`` means. ``labels`` are the values, names and colours of ``describe``.
    """

    op: str
    plane: str | None = None
    mode: str = "voxel"
    n: int | None = None
    value: int | None = None
    points: tuple[tuple[float, float], ...] = ()
    radius_mm: float = 1.0
    three_d: bool = False
    erase: bool = False
    only_within: tuple[float, float] | None = None
    over: Over = "all"
    stroke: str | None = None
    name: str | None = None
    colour: str | None = None
    to: int | None = None
    box: int | None = None
    t: int = 0
    labels: tuple[Described, ...] = ()

    def __post_init__(self) -> None:
        if self.op not in TOOLS:
            raise UnknownName(f"there is no tool {self.op[:40]!r}", expected=", ".join(TOOLS))
        if self.op in ON_A_PLANE and (self.plane is None or self.n is None):
            raise WrongUse(f"{self.op} acts on a slice", expected="plane and n")

    @property
    def path(self) -> FloatArray:
        """``points`` as an ``(n, 2)`` array."""
        return np.array(self.points, dtype=np.float64).reshape(-1, 2)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """An edit from plain values.

        Raises
        ------
        WrongUse
            If something is missing, unknown, or of another kind.
        """
        if not isinstance(data, dict):
            raise WrongUse("an edit is an object of JSON", found=type(data).__name__)
        known = {one.name for one in fields(cls)}
        if unknown := sorted(str(one)[:40] for one in set(data) - known):
            raise WrongUse(
                "an edit has no such part", expected=", ".join(sorted(known)), found=", ".join(unknown)
            )
        if "op" not in data:
            raise WrongUse("an edit names its tool", expected=f"op, one of {', '.join(TOOLS)}")
        return cls(**{name: _READ[name](name, value) for name, value in data.items() if value is not None})


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise WrongUse(f"{name} is a text", found=repr(value)[:40])
    return value


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongUse(f"{name} is true or false", found=repr(value)[:40])
    return value


def _whole(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongUse(f"{name} is a whole number", found=repr(value)[:40])
    return value


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise WrongUse(f"{name} is a number", found=repr(value)[:40])
    return float(value)


def _pair(name: str, value: object) -> tuple[float, float]:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise WrongUse(f"{name} holds pairs of numbers", found=repr(value)[:40])
    return _number(name, value[0]), _number(name, value[1])


def _points(name: str, value: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, (list, tuple)) or len(value) > _MOST_POINTS:
        raise WrongUse(f"{name} is a list of (column, row)", found=repr(value)[:40])
    return tuple(_pair(name, one) for one in value)


def _described(name: str, value: object) -> tuple[Described, ...]:
    if not isinstance(value, (list, tuple)) or len(value) > HIGHEST:
        raise WrongUse(f"{name} is a list of labels", expected=f"at most {HIGHEST}", found=repr(value)[:40])
    made = []
    for one in value:
        if not isinstance(one, (list, tuple)) or len(one) != 3:
            raise WrongUse(f"{name} holds a value, a name and a colour each", found=repr(one)[:40])
        made.append((_whole(name, one[0]), _text(name, one[1]), _text(name, one[2])))
    return tuple(made)


def _over(name: str, value: object) -> Over:
    if value == "all" or value == "empty":  # noqa: PLR1714 - what the type checker understands
        return value
    if isinstance(value, str):
        raise UnknownName(f"{name} cannot be {value[:40]!r}", expected="all, empty, or the number of a label")
    return _whole(name, value)


_READ: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("op", "plane", "mode", "stroke", "name", "colour"), _text),
    **dict.fromkeys(("n", "value", "to", "box", "t"), _whole),
    **dict.fromkeys(("three_d", "erase"), _flag),
    "radius_mm": _number,
    "points": _points,
    "labels": _described,
    "only_within": _pair,
    "over": _over,
}
