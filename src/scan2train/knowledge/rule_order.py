"""Which rule's word counts where several would name one fault: the more specific one."""

from __future__ import annotations

from typing import Final

#: Pairs of codes; where the first is found, the second is not said of the same place.
SPECIFIC_FIRST: Final = (
    ("GEO004", "GEO003"),
    ("SER001", "GEO005"),
    ("GEO002", "SER002"),
    ("FIL002", "FIL001"),
    ("FIL002", "FIL005"),
    ("FIL001", "FIL005"),
    ("PIX012", "PIX003"),
    ("PIX002", "PIX007"),
    ("GEO001", "GEO013"),
)
