"""The rules by which masks are cleaned, and their file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from scan2train.errors import WrongUse

CONNECTIVITIES = (6, 18, 26)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(voxels?|vox|ml)?")
#: No least size, where one is inherited.
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Size:
    """A least size of a component: ``voxels``, or ``ml`` where that is given."""

    voxels: int = 0
    ml: float | None = None

    @classmethod
    def of(cls, said: object) -> Self:
        """``20``, ``"20 voxels"`` or ``"0.5 ml"``.

        Raises
        ------
        WrongUse
            If it is none of these.
        """
        found = _SIZE.fullmatch(str(said).strip().lower())
        number, unit = (found[1], found[2] or "voxels") if found else ("", "")
        if not found or isinstance(said, bool) or (unit != "ml" and not number.isdigit()):
            raise WrongUse(
                "this is no least size", expected="a number of voxels, or such as '0.5 ml'", found=repr(said)
            )
        return cls(ml=float(number)) if unit == "ml" else cls(voxels=int(number))

    def in_voxels(self, voxel_ml: float | None) -> float:
        """As a number of voxels; ``voxel_ml`` is ``None`` where a grid has no millimetres."""
        if self.ml is None:
            return self.voxels
        if voxel_ml is None:
            raise WrongUse(
                "a least size in ml needs millimetres, and this mask has none", expected="one in voxels"
            )
        return self.ml / voxel_ml

    def __str__(self) -> str:
        return f"{self.voxels} voxels" if self.ml is None else f"{self.ml:g} ml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is done to one label, in this order; nothing where all is as it is here.

    Parameters
    ----------
    min_size
        Components smaller than this go. In tables ``"none"`` takes back the one for all labels.
    largest
        All components but the largest go; of several as large, the first in memory stays.
    closing_mm
        Gaps up to twice this radius are closed, where there is background.
    fill_holes
        Background that the label shuts in becomes the label.
    connectivity
        By what voxels are one component: 6 (faces), 18 (edges too), 26 (corners too).
    """

    min_size: Size | None = None
    largest: bool = False
    closing_mm: float = 0.0
    fill_holes: bool = False
    connectivity: int = 26

    def __post_init__(self) -> None:
        if self.connectivity not in CONNECTIVITIES:
            raise WrongUse("connectivity", expected="6, 18 or 26", found=repr(self.connectivity))
        if not 0 <= self.closing_mm < 1000:
            raise WrongUse("closing_mm", expected="a radius in mm, 0 for none", found=repr(self.closing_mm))

    @property
    def idle(self) -> bool:
        """Whether it does nothing."""
        return not (self.min_size or self.largest or self.closing_mm or self.fill_holes)

    def __str__(self) -> str:
        done = [f"components from {self.min_size}"] if self.min_size else []
        done += ["the largest component"] if self.largest else []
        done += [f"closed by {self.closing_mm:g} mm"] if self.closing_mm else []
        done += ["holes filled"] if self.fill_holes else []
        return f"{', '.join(done)}; connectivity {self.connectivity}" if done else "as it is"

    def to_json(self) -> dict[str, Any]:
        """Its fields in plain values, those that do nothing left out."""
        told: dict[str, Any] = {"min_size": str(self.min_size)} if self.min_size else {}
        told |= {"largest": True} if self.largest else {}
        told |= {"closing_mm": self.closing_mm} if self.closing_mm else {}
        told |= {"fill_holes": True} if self.fill_holes else {}
        return {**told, "connectivity": self.connectivity}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One rule for each label that has its own, and one for all others."""

    every: Rule = field(default_factory=Rule)
    labels: Mapping[int, Rule] = field(default_factory=dict)

    def of(self, label: int) -> Rule:
        """The rule of a label."""
        return self.labels.get(label, self.every)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a TOML file of what :meth:`of_table` takes.

        Raises
        ------
        WrongUse
            If it cannot be read, or says what is no rule.
        """
        try:
            return cls.of_table(tomllib.loads(path.read_text(encoding="utf-8")))
        except WrongUse as error:
            raise WrongUse(error.message, where=path, expected=error.expected, found=error.found) from error
        except (OSError, ValueError) as error:
            raise WrongUse("these rules cannot be read", where=path, expected="TOML", found=error) from error

    @classmethod
    def of_table(cls, table: Mapping[str, Any]) -> Self:
        """Fields of :class:`Rule` for all labels, and ``label``: a list of such tables with a ``value`` each.

        What stands for all labels holds for those with a table of their own too, unless that says otherwise.

        Raises
        ------
        WrongUse
            If it says what is no rule.
        """
        every = {name: value for name, value in table.items() if name != "label"}
        tables = table.get("label", [])
        if not isinstance(tables, (list, tuple)) or not all(isinstance(one, Mapping) for one in tables):
            raise WrongUse("label", expected="[[label]] tables", found=repr(tables))
        labels: dict[int, Rule] = {}
        for one in tables:
            value = one.get("value")
            if isinstance(value, bool) or not isinstance(value, int) or value == 0 or value in labels:
                raise WrongUse(
                    "a rule for a label needs its value", expected="each value once, not 0", found=repr(value)
                )
            labels[value] = _rule({name: said for name, said in one.items() if name != "value"}, every)
        return cls(every=_rule(every, {}), labels=labels)

    def to_toml(self, why: Mapping[int, Sequence[str]] | None = None) -> str:
        """As a file that :meth:`load` reads as these rules; ``why`` are lines of comments for labels.

        A label says all in which it differs from the rule for all, what it does not do too.
        """
        lines = [] if self.every == Rule() else _lines(self.every, Rule())
        for value in sorted({*self.labels, *(why or {})}):
            lines += [
                "",
                *(f"# {line}" for line in (why or {}).get(value, ())),
                "[[label]]",
                f"value = {value}",
            ]
            lines += _lines(self.of(value), self.every)
        return "\n".join(lines).lstrip("\n") + "\n"


def _lines(rule: Rule, inherited: Rule) -> list[str]:
    """The fields in which a rule differs from what it inherits, and its connectivity."""
    words = {True: "true", False: "false"}
    own, given = _plain(rule), _plain(inherited)
    return [
        f"{name} = {words[value] if isinstance(value, bool) else repr(value)}".replace("'", '"')
        for name, value in own.items()
        if value != given[name] or name == "connectivity"
    ]


def _plain(rule: Rule) -> dict[str, Any]:
    told = {one.name: getattr(rule, one.name) for one in fields(Rule)}
    return told | {"min_size": str(rule.min_size or _NONE)}


def _rule(told: Mapping[str, Any], inherited: Mapping[str, Any]) -> Rule:
    known = {one.name: one.type for one in fields(Rule)}
    strange = sorted(set(told) - set(known))
    if strange:
        raise WrongUse("a rule has no such field", expected=", ".join(known), found=", ".join(strange))
    said = {**inherited, **told}
    for name in ("largest", "fill_holes"):
        if not isinstance(said.get(name, False), bool):
            raise WrongUse(name, expected="true or false", found=repr(said[name]))
    radius = said.get("closing_mm", 0.0)
    if isinstance(radius, bool) or not isinstance(radius, (int, float)):
        raise WrongUse("closing_mm", expected="a radius in mm", found=repr(radius))
    size = said.get("min_size")
    return Rule(
        min_size=None if size is None or size == _NONE else Size.of(size),
        largest=said.get("largest", False),
        closing_mm=float(radius),
        fill_holes=said.get("fill_holes", False),
        connectivity=said.get("connectivity", 26),
    )
