"""One point in which two things differ."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What differs, and what each of the two has there; empty where it has nothing."""

    what: str
    first: str
    second: str

    def to_json(self) -> dict[str, str]:
        """Its three texts."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.what}: {self.first or 'nothing'} → {self.second or 'nothing'}"
