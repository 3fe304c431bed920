"""Header text that does harm where it is shown as it is: in a terminal, a page, a spreadsheet, a log, or a path."""

from __future__ import annotations

import re
from typing import Final

_UNSAFE: Final = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f]"  # control characters: terminals obey them, logs break their lines
    r"|[\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # marks that turn the direction of what follows
    r"|<\s*/?\s*[a-zA-Z!?][^>]*>?"  # markup
    r"|^\s*[=@]|^\s*[+-]\s*[A-Za-z(]"  # what a spreadsheet takes for a formula
    r"|(^|[\\/])\.\.([\\/]|$)"  # a way out of a folder
)


def unsafe(text: str) -> bool:
    """Whether a text has control characters, markup, a formula, or a path out of its folder."""
    return _UNSAFE.search(text) is not None
