"""What the labels of a map are called and how they are coloured, and the boxes drawn beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from scan2train.errors import WrongUse
from scan2train.labelling.boxes import Box

#: Seven colours that are told apart by colour-blind people too: M. Okabe and K. Ito, Color universal design, 2008.
COLOURS: Final = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
#: Further labels are these with white, then with black in them.
_SHADES: Final = ((1.0, 0), (0.55, 255), (0.6, 0))
_COLOURS_TOLD_APART: Final = len(COLOURS) * len(_SHADES)
HIGHEST: Final = 65535
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Label:
    """A value above 0, its name and its colour, ``#rrggbb``."""

    value: int
    name: str
    colour: str

    def __post_init__(self) -> None:
        if not 1 <= self.value <= HIGHEST:
            raise WrongUse("a label is a whole number", expected=f"1 to {HIGHEST}", found=self.value)
        if not self.name.isprintable() or len(self.name) > _LONGEST_NAME:
            raise WrongUse(
                "a label's name is one line of text",
                expected=f"at most {_LONGEST_NAME} printable characters",
                found=repr(self.name[:80]),
            )
        if not re.fullmatch("#[0-9a-f]{6}", self.colour):
            raise WrongUse("a colour is six digits", expected="such as #e69f00", found=repr(self.colour[:20]))


@dataclass(frozen=True, slots=True)
class Legend:
    """The labels, by rising value, and the boxes, in the order that they were drawn."""

    labels: tuple[Label, ...] = ()
    boxes: tuple[Box, ...] = ()

    def of(self, value: int) -> Label:
        """The label of a value.

        Raises
        ------
        WrongUse
            If there is none.
        """
        for label in self.labels:
            if label.value == value:
                return label
        known = ", ".join(str(one.value) for one in self.labels[:10]) or "none yet"
        raise WrongUse(f"there is no label {value}", expected=known, advice="Add it first.")

    def with_label(self, value: int | None, name: str | None, colour: str | None) -> Legend:
        """One label more; the next free value, and a colour by its value, where none is given.

        Raises
        ------
        WrongUse
            If the value has a label already, or something about the new one cannot be.
        """
        taken = {one.value for one in self.labels}
        number = max(taken, default=0) + 1 if value is None else value
        if number in taken:
            raise WrongUse(f"label {number} is there already", advice="Rename it, or choose another number.")
        named = name.strip() if name and name.strip() else f"label {number}"
        used = {one.colour for one in self.labels}
        free = (one for one in map(colour_of, range(number, number + _COLOURS_TOLD_APART)) if one not in used)
        new = Label(number, named, colour or next(free, colour_of(number)))
        return replace(self, labels=tuple(sorted((*self.labels, new), key=lambda one: one.value)))

    def renamed(self, value: int, name: str | None, colour: str | None) -> Legend:
        """Another name or colour, or both, for a label that is there."""
        old = self.of(value)
        new = Label(value, (name or "").strip() or old.name, colour or old.colour)
        return replace(self, labels=tuple(new if one is old else one for one in self.labels))

    def described(self, told: Iterable[tuple[int, str, str]]) -> Legend:
        """Names and colours by value, of labels that are there and of further ones; the others stay as they are.

        Raises
        ------
        WrongUse
            If something about one of them cannot be.
        """
        labels = {one.value: one for one in self.labels}
        for value, name, colour in told:
            labels[value] = Label(value, name.strip() or f"label {value}", colour)
        return replace(self, labels=tuple(labels[value] for value in sorted(labels)))

    def without(self, value: int) -> Legend:
        """One label less, and its boxes."""
        gone = self.of(value)
        return Legend(
            tuple(one for one in self.labels if one is not gone),
            tuple(one for one in self.boxes if one.label != value),
        )


def colour_of(value: int) -> str:
    """The colour of a label that was given none."""
    base = COLOURS[(value - 1) % len(COLOURS)]
    keep, other = _SHADES[(value - 1) // len(COLOURS) % len(_SHADES)]
    parts = (int(base[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(part * keep + other * (1 - keep)):02x}" for part in parts)
