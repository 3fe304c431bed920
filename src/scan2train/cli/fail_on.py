"""From which severity on a command has failed, and the exit code that says so."""

from __future__ import annotations

from collections.abc import Iterable, Sized
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scan2train.finding import Finding


class FailOn(StrEnum):
    """The least severity at which the exit code is 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


_RANKS = {FailOn.INFO: 0, FailOn.WARNING: 1, FailOn.ERROR: 2, FailOn.NEVER: 3}


def rank_of(word: str) -> int:
    """The rank of severity that a word means; above the highest for ``never``."""
    return _RANKS[FailOn(word)]


def exit_code(findings: Iterable[Finding], fails_from: int, without: Sized) -> int:
    """2 where a source was ``without`` an image, 1 where a finding has that rank or a higher one, else 0."""
    if without:
        return 2
    return int(any(one.severity.rank >= fails_from for one in findings))
