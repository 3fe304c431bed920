"""What a reading is asked for, checked before anything is opened."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from scan2train.errors import UnknownName, WrongUse

#: What can be done with uneven, missing or doubled slices.
IRREGULAR = ("refuse", "regrid", "split", "keep-largest-regular")
#: Those of them that put regular parts in the place of an irregular volume.
INTO_PARTS = ("split", "keep-largest-regular")
#: Standardised uptake values: per body weight, lean body mass, body surface area.
SUV = ("bw", "lbm", "bsa")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to read: the keyword arguments of :func:`scan2train.read.read`, which documents them.

    ``factors`` is whether a PET that is not read as uptake remembers how it can become uptake: every header is read
    once more for that.
    """

    irregular: str = "refuse"
    suv: str | None = None
    as_labels: bool = False
    reference: Any = None
    stack: bool = False
    grey: bool = False
    factors: bool = True

    def __post_init__(self) -> None:
        _one_of("irregular", self.irregular, IRREGULAR)
        if self.suv is not None:
            _one_of("suv", self.suv, SUV)
        if self.reference is not None and not self.as_labels:
            raise WrongUse("a reference says where labels belong", expected="as_labels=True with it")
        if self.suv is not None and self.as_labels:
            raise WrongUse("labels have no uptake", found="both suv and as_labels")

    def to_json(self) -> dict[str, str]:
        """What a prepared set records of it: the words that change values or slices."""
        return {"irregular": self.irregular, **({"suv": self.suv} if self.suv else {})}


def _one_of(option: str, given: object, known: tuple[str, ...]) -> None:
    if given in known:
        return
    near = get_close_matches(str(given), known, n=2)
    raise UnknownName(
        f"{option} cannot be {given!r}",
        expected=" or ".join(known),
        advice=f"Did you mean {' or '.join(near)}?" if near else None,
    )
