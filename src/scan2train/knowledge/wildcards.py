"""Patterns of paths, as gitignore(5) has them: ``*`` and ``?`` within a name, ``**`` for any number of folders.

Patterns come with data, and a regular expression with several stars may try every way to share out a name among them.
Here only the last star that was met is ever tried again, so that time grows with the length of name and pattern.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

#: What stands for any part of a name in the pieces of :func:`one_name`.
STAR = "*"


def one_name(pieces: Sequence[str]) -> re.Pattern[str]:
    """The expression of one name.

    Parameters
    ----------
    pieces
        :data:`STAR`, or expressions of one letter each.
    """
    first, *others = _between_stars(pieces)
    if not others:
        return re.compile(first, re.DOTALL)
    # Each part is taken where it is first met, and not looked for again (an atomic group).
    middle = "".join(f"(?>[^/]*?{part})" for part in others[:-1])
    return re.compile(f"{first}{middle}[^/]*{others[-1]}", re.DOTALL)


def along(names: Sequence[str], pattern: Sequence[re.Pattern[str] | None]) -> bool:
    """Whether the names of a path follow a pattern, in which ``None`` stands for any number of them."""
    at = place = 0
    again: tuple[int, int] | None = None
    while at < len(names):
        wanted = pattern[place] if place < len(pattern) else None
        if place < len(pattern) and wanted is None:
            place += 1
            again = (at, place)
        elif wanted is not None and wanted.fullmatch(names[at]):
            at, place = at + 1, place + 1
        elif again is not None:
            again = (again[0] + 1, again[1])
            at, place = again
        else:
            return False
    return all(one is None for one in pattern[place:])


def _between_stars(pieces: Sequence[str]) -> list[str]:
    parts = [""]
    for piece in pieces:
        if piece == STAR:
            parts.append("")
        else:
            parts[-1] += piece
    return parts
