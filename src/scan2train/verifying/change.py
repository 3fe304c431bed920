"""One thing that is not as it was written down."""

from __future__ import annotations

from dataclasses import asdict, dataclass

#: What stands in place of what is not there.
NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What was expected of a file, and what was found.

    ``case`` is empty where it is about the set as a whole; ``path`` is below the prepared set, or for the sources'
    files below their source. ``advice`` is what can be done, where it is known.
    """

    case: str
    path: str
    expected: str
    found: str
    advice: str = ""

    def to_json(self) -> dict[str, str]:
        """Its texts."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}"
