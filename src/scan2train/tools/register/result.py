"""What an alignment gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scan2train.volume import Labels, Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage, and how alike the scans were before and after it, at the held places."""

    name: str
    before: float
    after: float

    def to_json(self) -> dict[str, Any]:
        """In plain values."""
        return {"stage": self.name, "before": number(self.before), "after": number(self.after)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why an alignment should not be used: a word that never changes, and a sentence."""

    reason: str
    message: str

    def to_json(self) -> dict[str, str]:
        """Both, as plain text."""
        return {"reason": self.reason, "message": self.message}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Registration:
    """One scan brought to the place of another.

    Parameters
    ----------
    transform, inverse
        SimpleITK transforms in LPS+ mm: from points of the fixed scan to those of the moving one, as ITK resamples, and
        back.
    moved
        The moving scan on the fixed one's grid; ``valid`` is false where it has no data.
    labels
        The moving scan's labels on the fixed one's grid, where they were given.
    report
        All numbers, as in ``report.json``.
    faults
        Why it should not be used; none where all is well.
    """

    transform: Any
    inverse: Any
    moved: Volume
    labels: Labels | None
    report: dict[str, Any]
    faults: tuple[Fault, ...]


def number(value: float, digits: int = 4) -> float | None:
    """Rounded; ``None`` for what is no number."""
    return None if value != value else round(float(value), digits)  # noqa: PLR0124 - NaN is not itself
