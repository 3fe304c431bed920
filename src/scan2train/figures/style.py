"""How a figure looks: how large and how fine it is, its ground, and how labels are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from scan2train.errors import WrongUse

#: Colours of labels by value, starting again after the last.
LABEL_COLOURS = ("#ff5d5d", "#4cc9f0", "#ffd166", "#80ed99", "#c77dff", "#ff9f5a")
#: What is written on pictures, whose ground is dark whatever the sheet's is.
ON_PICTURES, LETTERS = "#e6edf3", "#f2cc60"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Width in inches, dots an inch, a dark or a white sheet, labels filled or outlined, with a scale bar or without.

    Raises
    ------
    WrongUse
        If the width is not from 2 to 60 inches, or there are not 30 to 2400 dots an inch.
    """

    width_in: float = 11.0
    dpi: float = 110.0
    dark: bool = True
    fill: bool = False
    scale_bar: bool = True

    def __post_init__(self) -> None:
        for word, value, least, most in (("width_in", self.width_in, 2, 60), ("dpi", self.dpi, 30, 2400)):
            if not (isfinite(value) and least <= value <= most):
                raise WrongUse(word, expected=f"{least} to {most}", found=repr(value))

    @property
    def ground(self) -> str:
        """The sheet itself."""
        return "#0d1117" if self.dark else "#ffffff"

    @property
    def text(self) -> str:
        """Captions on the sheet."""
        return "#e6edf3" if self.dark else "#16191d"

    @property
    def muted(self) -> str:
        """What is less important on the sheet."""
        return "#8b949e" if self.dark else "#57606a"


def label_colour(value: int) -> str:
    """The colour of a label."""
    return LABEL_COLOURS[(value - 1) % len(LABEL_COLOURS)]
