"""What ``leaks`` found: a property of the cases that tells their label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: What a property is of: a text or an identifier, or the site, the scanner and the way of scanning.
Kind = Literal["text", "site"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One property, or all together, and how surely it tells the label.

    Parameters
    ----------
    kind
        ``"text"`` for identifiers, words and names; ``"site"`` for scanner, site, kernel and protocol.
    name
        The attribute's keyword and tag, or what else it is; never a value that identifies.
    how
        Which side of it tells: ``"its value"``, ``"its first letter"``, ``"the word covid"``.
    p, strength
        Corrected p, and how closely it follows the label, 0 to 1.
    cases
        How many cases were compared.
    shown
        Values by label where they identify nobody; empty otherwise.
    others
        Further sides of the same attribute that tell as well.
    layout
        Whether it is no more than folders that are named after the labels.
    stripped
        Whether ``clean --strip-leaks`` takes the attribute out.
    enough
        False where these cases are too few for anything to be told; then all else is empty.
    """

    kind: Kind
    name: str
    how: str = ""
    p: float = 1.0
    strength: float = 0.0
    cases: int = 0
    shown: str = ""
    others: tuple[str, ...] = ()
    layout: bool = False
    stripped: bool = False
    enough: bool = True

    @property
    def sentence(self) -> str:
        """What it is, how closely it follows the label, and how surely."""
        surely = f"p {self.p:.2g} over {self.cases} cases"
        return f"{self.name}: {self.how}; follows the label to {self.strength:.2f} of 1, {surely}"
