"""Facts about a scan as numbers that a network may be given, from a list that allows no person's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import torch

from scan2train.errors import UnknownName, WrongUse
from scan2train.learn.stored_case import StoredCase
from scan2train.preparing.scan_facts import SCAN_FACTS

#: Numbers of the scan itself: each is one input, NaN where it is not known.
NUMBERS = ("contrast_delay_s", "cardiac_percent", "thickness_mm", "tilt_deg")
#: Words and flags of the scan: one input for each word that occurs.
WORDS = tuple(name for name in SCAN_FACTS if name not in NUMBERS)
#: Three numbers of the prepared grid, along i, j and k.
OF_GRID = ("spacing_mm", "size")


class Metadata:
    """How chosen facts become one vector, the same for every case and at inference.

    Parameters
    ----------
    wanted
        Names out of :data:`NUMBERS`, :data:`WORDS` and :data:`OF_GRID`.
    cases
        Those whose words are known; ``words`` of an earlier data set instead where a network was trained on it.
    words
        Fact to the words that each have an input, in order. A word that is not among them, or missing, gives zeros.

    Raises
    ------
    UnknownName
        For any other name: what identifies a patient is in none of the lists, and cannot be asked for.
    WrongUse
        If ``wanted`` is one text and no list.
    """

    def __init__(
        self,
        wanted: Sequence[str],
        cases: Sequence[StoredCase],
        words: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        if isinstance(wanted, str):
            raise WrongUse("metadata is a list of names", found=repr(wanted))
        known = (*OF_GRID, *NUMBERS, *WORDS)
        for name in wanted:
            if name not in known:
                near = get_close_matches(name, known, n=3)
                meant = f"Did you mean {' or '.join(near)}? " if near else ""
                raise UnknownName(
                    f"metadata has no {name!r}", advice=f"{meant}There are: {', '.join(sorted(known))}."
                )
        self.wanted = tuple(wanted)
        found = {
            name: tuple(sorted({str(case.facts[name]) for case in cases if name in case.facts}))
            for name in wanted
            if name in WORDS
        }
        self.words = {**found, **{name: tuple(known) for name, known in (words or {}).items()}}

    @property
    def names(self) -> tuple[str, ...]:
        """What each number of the vector is, such as ``"spacing_mm[2]"`` and ``"kernel_class=sharp"``."""
        made: list[str] = []
        for name in self.wanted:
            if name in OF_GRID:
                made += [f"{name}[{axis}]" for axis in range(3)]
            elif name in NUMBERS:
                made.append(name)
            else:
                made += [f"{name}={word}" for word in self.words[name]]
        return tuple(made)

    def of(self, case: StoredCase) -> torch.Tensor:
        """The vector of a case, float32."""
        made: list[float] = []
        for name in self.wanted:
            if name == "spacing_mm":
                made += case.grid.spacing
            elif name == "size":
                made += case.grid.shape
            elif name in NUMBERS:
                made.append(float(case.facts.get(name, float("nan"))))
            else:
                told = str(case.facts.get(name))
                made += [float(word == told) for word in self.words[name]]
        return torch.tensor(made, dtype=torch.float32)
