"""The entries of an envelope: which words were seen, and how far a number may go beyond what was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from scan2train.cohort.envelope.observed import AXES, PERCENTILES, Observed

#: Whether a scan beyond an entry is out, or only told of.
Outside = Literal["out", "note"]
#: Factors by which a number may be smaller or larger than all that were seen.
FACTORS: Final = {"spacing": 1.25, "field": 1.3, "grain": 2.0}
#: Degrees that a gantry may be tilted further.
TILT_DEG: Final = 2.0
#: How far percentiles of values may move: this part of the distance from the lowest to the highest one.
VALUES: Final = 0.25
#: What rounding, in files and in headers, may move a number by, as a part of it.
_SLACK: Final = 1e-4
#: What each word is called, the rule that stands for it, and what it does.
_WORDS: Final[Mapping[str, tuple[str, str, Outside]]] = {
    "modality": ("modality", "ACQ006", "out"),
    "vendor": ("vendor", "", "out"),
    "model": ("model of the scanner", "", "note"),
    "kernel_class": ("class of the reconstruction kernel", "ACQ002", "out"),
    "phase": ("contrast phase", "ACQ004", "out"),
    "patient_position": ("position of the patient", "GEO011", "out"),
    "view": ("view of the film", "", "out"),
    "orientation": ("orientation of the stack", "", "out"),
    "foreground": ("anything brighter than what is around it", "", "out"),
}
_AXES: Final = dict(zip(AXES, ("right to left", "front to back", "feet to head"), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A fact that is a word: in how many cases each was ``seen``, and in how many none was known."""

    name: str
    about: str
    code: str
    outside: Outside
    seen: Mapping[str, int]
    unknown: int

    def holds(self, word: str) -> bool:
        """Whether this was seen."""
        return word in self.seen

    @property
    def expected(self) -> str:
        """What was seen, in words."""
        return " or ".join(sorted(self.seen))


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A fact that is a number: from ``low`` to ``high`` is in; ``seen`` are the least, the median and the largest."""

    name: str
    about: str
    code: str
    outside: Outside
    unit: str
    low: float
    high: float
    seen: tuple[float, float, float]
    unknown: int

    def holds(self, number: float) -> bool:
        """Whether this is within the bounds."""
        slack = _SLACK * max(abs(self.low), abs(self.high))
        return self.low - slack <= number <= self.high + slack

    @property
    def expected(self) -> str:
        """The bounds and what was seen, in words."""
        least, _, most = self.seen
        return f"{self.low:.4g} to {self.high:.4g} {self.unit} (seen: {least:.4g} to {most:.4g})"


def words_of(cases: Sequence[Observed], *, turned: bool) -> list[Words]:
    """An entry for each word that any case has; orientations do not matter where the recipe turns all to one."""
    found = []
    for name, (about, code, outside) in _WORDS.items():
        seen = Counter(one.words[name] for one in cases if name in one.words)
        if seen:
            found.append(
                Words(
                    name=name,
                    about=about,
                    code=code,
                    outside="note" if name == "orientation" and turned else outside,
                    seen=dict(sorted(seen.items())),
                    unknown=len(cases) - seen.total(),
                )
            )
    return found


def ranges_of(cases: Sequence[Observed], *, physical: bool) -> list[Range]:
    """An entry for each number that any case has."""
    unit = cases[0].unit
    length = "mm" if physical else "px"
    spread = _spread(cases)
    entries = [
        *(
            _by_factor(cases, f"spacing_{axis}", f"spacing from {word}", "SET001", "mm")
            for axis, word in _AXES.items()
        ),
        *(
            _by_factor(cases, f"field_{axis}", f"field of view from {word}", "SET002", length)
            for axis, word in _AXES.items()
        ),
        _entry(
            cases,
            "tilt",
            "tilt of the gantry",
            "GEO006",
            "deg",
            lambda low, high: (min(low, 0.0), high + TILT_DEG),
        ),
        *(
            _entry(
                cases,
                f"p{p}",
                f"{p}th percentile of the foreground's values",
                "SET002",
                unit,
                lambda low, high: (low - VALUES * spread, high + VALUES * spread),
            )
            for p in PERCENTILES
        ),
        _by_factor(cases, "grain", "noise from voxel to voxel", "ACQ002", unit),
    ]
    return [one for one in entries if one is not None]


def _by_factor(cases: Sequence[Observed], name: str, about: str, code: str, unit: str) -> Range | None:
    factor = FACTORS[name.partition("_")[0]]
    return _entry(cases, name, about, code, unit, lambda low, high: (low / factor, high * factor))


def _entry(
    cases: Sequence[Observed], name: str, about: str, code: str, unit: str, widened: Any
) -> Range | None:
    values = [one.numbers[name] for one in cases if name in one.numbers]
    if not values:
        return None
    low, high = widened(min(values), max(values))
    return Range(
        name=name,
        about=about,
        code=code,
        outside="out",
        unit=unit,
        low=_rounded(low),
        high=_rounded(high),
        seen=(_rounded(min(values)), _rounded(float(np.median(values))), _rounded(max(values))),
        unknown=len(cases) - len(values),
    )


def _spread(cases: Iterable[Observed]) -> float:
    """The median over the cases of the distance between the outermost percentiles."""
    low, high = f"p{PERCENTILES[0]}", f"p{PERCENTILES[-1]}"
    found = [one.numbers[high] - one.numbers[low] for one in cases if high in one.numbers]
    return float(np.median(found)) if found else 0.0


def _rounded(number: float) -> float:
    """Six digits: what a person reads and edits."""
    return float(f"{number:.6g}")
