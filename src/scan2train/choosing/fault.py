"""What makes a table of choices unfit to be followed: told as it is read, and before it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from scan2train.errors import WrongUse

#: What a table of choices may say of a volume; an empty choice says nothing.
ACCEPT: Final = "accept"
REJECT: Final = "reject"
#: So many of what is wrong are named.
_NAMED = 5


def fault_of_columns(columns: Collection[str], where: Path) -> WrongUse | None:
    """Which columns are missing; ``None`` where none is."""
    if {"volume", "choice"} <= set(columns):
        return None
    return WrongUse(
        "a table of choices needs the columns volume and choice",
        where=where,
        found=", ".join(columns),
        advice="`scan2train check --choices-out FILE` writes such a table.",
    )


def fault_of_choices(rows: Iterable[tuple[str, str]], where: Path) -> WrongUse | None:
    """What is wrong with volumes and their choices; ``None`` where nothing is. Empty choices are left out.

    Parameters
    ----------
    rows
        The volume and its choice, without white space around it, row by row.
    where
        The file.
    """
    decided = [(volume, choice) for volume, choice in rows if choice]
    words = sorted({choice for _, choice in decided} - {ACCEPT, REJECT})
    if words:
        return WrongUse(
            "a table of choices says something else than accept or reject",
            where=where,
            found=", ".join(repr(word[:40]) for word in words[:_NAMED]),
            advice="prepare --choices refuses it: decide on these volumes anew, or correct the file.",
        )
    twice = [volume for volume, count in Counter(volume for volume, _ in decided).items() if count > 1]
    if twice:
        return WrongUse(
            "a table of choices names a volume twice",
            where=where,
            found=", ".join(name or "no name" for name in twice[:_NAMED]),
            advice="prepare --choices refuses it: leave one row of each.",
        )
    return None
