"""Which of the four large vendors a Manufacturer (0008,0070) names, whatever its spelling.

Source: the values that scanners of the last thirty years write, mergers and renamings included.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, Literal

Vendor = Literal["siemens", "ge", "philips", "canon", ""]

_NAMES: Final[tuple[tuple[Vendor, re.Pattern[str]], ...]] = (
    ("siemens", re.compile(r"SIEMENS|HEALTHINEERS")),
    ("philips", re.compile(r"PHILIPS|MARCONI|PICKER")),
    ("canon", re.compile(r"TOSHIBA|CANON")),
    ("ge", re.compile(r"^\W*(?:GE\b|GEMS\b|GEHC\b|G\.E\.|GE_|GENERAL ELECTRIC)|\bGE (?:MEDICAL|HEALTHCARE)")),
)


@cache
def vendor_of(manufacturer: str) -> Vendor:
    """``siemens``, ``ge``, ``philips`` or ``canon``; empty where it is none of them, or is not told."""
    name = manufacturer.upper()
    return next((vendor for vendor, pattern in _NAMES if pattern.search(name)), "")
