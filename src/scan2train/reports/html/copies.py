"""Which cases carry a reduced copy to scroll through, so that the page stays small enough to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scan2train.reports.html.case import Case

#: How large the page may get, and what the words of a case, a finding's pictures and the page itself take of it.
_PAGE, _WORDS, _REST = 28_000_000, 3_500, 2_000_000
#: Voxels along the longest side, for pages of up to so many volumes.
_SIZES = ((60, 112), (250, 72))
_SMALLEST = 48


def largest_of(volumes: int) -> int:
    """How many voxels a copy may have along its longest side on a page of so many volumes."""
    return next((largest for most, largest in _SIZES if volumes <= most), _SMALLEST)


def within_size(cases: Sequence[Case]) -> list[Case]:
    """The cases, in their order, with copies as long as there is room for them."""
    pictures = sum(len(case.look.thumbnail.jpeg) * 4 // 3 for case in cases if case.look.thumbnail)
    room = _PAGE - _REST - pictures - _WORDS * len(cases)
    kept = []
    for case in cases:
        small = case.look.reduced
        if small is not None and small.bytes > room:
            room = 0
            case = replace(case, look=replace(case.look, reduced=None))  # noqa: PLW2901 - the same case
        elif small is not None:
            room -= small.bytes
        kept.append(case)
    return kept


def in_words(cases: Sequence[Case], before: Sequence[Case]) -> str:
    """How many cases can be scrolled through, and why not more."""
    able = sum(case.look.reduced is not None for case in before)
    kept = sum(case.look.reduced is not None for case in cases)
    if not kept:
        return ""
    how = "Choose a picture to scroll through a reduced copy of its volume."
    if kept == able:
        return how
    return f"{how} The page holds copies of the {kept:,} oddest of {able:,}; with more it would be too large to send."
