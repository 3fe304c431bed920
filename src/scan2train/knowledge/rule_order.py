"""Which rule's word counts where several would name one fault: the more specific one."""

from __future__ import annotations

from typing import Final

#: Pairs of codes; where the first is found, the second is not said of the same place, unless it is worse.
#: That GEO002 comes before SER002 needs no pair: SER002 leaves orientation to it.
SPECIFIC_FIRST: Final = (
    ("GEO004", "GEO003"),
    ("SER001", "GEO005"),
    ("PIX012", "PIX003"),
    ("PIX002", "PIX007"),
    ("GEO001", "GEO013"),
)
#: The same for a file that gave no image, and has one reason for it. A volume may well have several of these faults.
SPECIFIC_FIRST_OF_FILES: Final = (("FIL002", "FIL001"), ("FIL002", "FIL005"), ("FIL001", "FIL005"))
